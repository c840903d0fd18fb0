#!/usr/bin/env bash
# Prints the path of Postfix's smtp-sink, against which letters are measured. Where it is missing it
# is taken out of Debian's package into the cache of the user, without installing a mail server.
set -euo pipefail
if command -v smtp-sink; then exit 0; fi

folder=${XDG_CACHE_HOME:-$HOME/.cache}/council-portal/smtp-sink
runner=$folder/smtp-sink
if [ ! -x "$runner" ]; then
    command -v apt-get >/dev/null || { echo "Missing: smtp-sink (of Postfix)" >&2; exit 1; }
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    if ! (cd "$work" && apt-get download --quiet postfix && dpkg -x postfix_*.deb .) >"$work/log" 2>&1; then
        echo "Missing: smtp-sink (Debian's postfix could not be fetched)" >&2
        exit 1
    fi
    mkdir -p "$folder"
    cp "$work/usr/sbin/smtp-sink" "$folder/program"
    cp "$work"/usr/lib/postfix/libpostfix-*.so "$folder/"
    lost=$(LD_LIBRARY_PATH=$folder ldd "$folder/program" | awk '/not found/ {print $1}')
    if [ -n "$lost" ]; then
        echo "Missing for smtp-sink: $lost" >&2
        exit 1
    fi
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q "$@"\n' "$folder" "$folder/program" >"$runner"
    chmod +x "$runner"
fi
echo "$runner"
