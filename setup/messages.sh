#!/usr/bin/env bash
# Compiles the message catalogues that changed.
set -euo pipefail
cd "$(dirname "$0")/.."

shopt -s nullglob
for source in locale/*/LC_MESSAGES/*.po; do
    compiled=${source%.po}.mo
    if [ ! "$compiled" -nt "$source" ]; then
        echo "Compiling $source"
        msgfmt --check-format --output-file="$compiled.new" "$source"
        mv "$compiled.new" "$compiled"
    fi
done
