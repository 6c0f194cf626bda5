#!/bin/sh
# footprint.sh PICTURE: sizes of the binaries, and what a detection takes from
# start to end. Needs the builds, a model and GNU time.
set -eu
picture=$1
for f in bin/ocellus bin/ocellus-host bin/linux-arm64/ocellus bin/linux-arm64/ocellus-host; do
    printf '%-32s %6.1f MB  %s\n' "$f" "$(du -b "$f" | awk '{print $1/1e6}')" "$(file -b "$f" | grep -o 'statically linked')"
done
measure() {
    label=$1
    shift
    for _ in 1 2 3 4 5; do
        /usr/bin/time -f '%e %M' "$@" 2>&1 >/dev/null | tail -1
    done | sort -n | awk -v l="$label" '{t[NR]=$1; if ($2>m) m=$2} END {printf "%-46s %5.2f s (median of %d)  peak %5.1f MB\n", l, t[int((NR+1)/2)], NR, m/1024}'
}
measure "ocellus version" bin/ocellus version
measure "ocellus detect, whole picture, 1 thread" bin/ocellus detect --threads 1 --tile off "$picture"
measure "ocellus detect, in tiles, 1 thread" bin/ocellus detect --threads 1 "$picture"
measure "ocellus detect, in tiles, all threads" bin/ocellus detect "$picture"
