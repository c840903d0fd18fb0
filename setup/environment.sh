#!/usr/bin/env bash
# Makes .venv and installs the locked requirements into it, each file checked by its hash.
#   setup/environment.sh requirements.txt ...
# A stamp in .venv remembers the content of what was installed, so that a second run is quick.
set -euo pipefail
cd "$(dirname "$0")/.."

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if [ ! -x .venv/bin/python ] || ! suits .venv/bin/python; then
    python=
    for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if suits "$candidate"; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "Python 3.11 or newer is missing (PYTHON=/path/to/python3 names another)." >&2
        exit 1
    fi
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi

for file in "$@"; do
    stamp=.venv/installed-$file.sha256
    if sha256sum --check --status "$stamp" 2>/dev/null; then
        continue
    fi
    echo "Installing $file"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
        --no-deps --require-hashes --requirement "$file"
    sha256sum "$file" >"$stamp"
done
