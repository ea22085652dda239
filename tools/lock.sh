#!/bin/sh
# Rewrite requirements.lock from what is installed in .venv, as constraints: names and versions, no hosts.
# torch is pinned in pyproject.toml and installed first; its local build tag must not stand in the lock.
set -eu
.venv/bin/python -m pip freeze --exclude-editable --exclude torch --exclude soluciones |
    grep -E '^[A-Za-z0-9_.-]+==' | LC_ALL=C sort -f > requirements.lock
