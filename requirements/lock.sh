#!/bin/sh
# Makes the lists anew from their .in files, for every supported Python, with a hash for every file. Needs uv.
# The finished lists name no registry: whoever installs them may use a mirror.
set -eu
cd "$(dirname "$0")"
for name in everyday tests assets; do
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-annotate --no-header "$name.in" --output-file "$name.lock"
done
