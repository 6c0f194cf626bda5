#!/bin/sh
# results.sh NAME TITLE COMMAND…: runs a command and writes what it prints to
# docs/results/NAME.md, with the machine, the date and the revision.
set -eu
name=$1 title=$2
shift 2
out=docs/results/$name.md
mkdir -p docs/results
cpu=$(grep -m1 '^model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ //')
revision=$(git rev-parse --short HEAD)
git diff --quiet HEAD -- . ':!docs/results' || revision="$revision, modified"
printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
"$@" >"$printed" 2>&1 || { cat "$printed"; exit 1; }
{
    echo "# $title"
    echo
    echo "- CPU: $cpu, $(nproc) cores"
    echo "- Date: $(date -u +%Y-%m-%d)"
    echo "- Revision: $revision"
    echo "- Command: \`$*\`"
    echo
    echo '```'
    cat "$printed"
    echo '```'
} >"$out"
echo "$out"
