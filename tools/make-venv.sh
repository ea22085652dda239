#!/bin/sh
# Make a virtual environment; on a bare Debian the venv module comes in a package of its own.
# Usage: make-venv.sh DIR      (PYTHON names the interpreter)
set -eu
dir=$1
python=${PYTHON:-python3}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    sh "$(dirname "$0")/apt-install.sh" python3-venv
fi
"$python" -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version)'
[ -x "$dir/bin/python" ] || "$python" -m venv "$dir"
