#!/bin/sh
# Install Debian packages unless they are there, as root or through sudo.
# Usage: apt-install.sh PACKAGE...
set -eu
missing=
for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
sudo=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "these Debian packages are needed, install them as root:$missing" >&2; exit 1; }
    sudo=sudo
fi
echo "install  Debian packages:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086
# RUNLEVEL=1: servers that come with a package are not started.
$sudo env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
