#!/bin/sh
# soak.sh SOURCE [MINUTES]: the memory of a run at 30 frames a second, as a
# table. Files are played over and over. Needs bin/ocellus and a model. The
# last third is to stay within 3 MB of the minutes before it but the first few;
# of half an hour, the last 10 minutes of minutes 5 to 15.
set -eu
source=$1 minutes=${2:-30}
work=$(mktemp -d)
trap 'rm -rf "$work"; kill "$pid" 2>/dev/null || true' EXIT
loop=; [ -f "$source" ] && loop=--loop
bin/ocellus run --source "$source" $loop --duration "${minutes}m" --motion --threads 1 \
    --events "$work/events.jsonl" --snapshots "$work/snapshots" --record "$work/seen.avi" 2>"$work/log" &
pid=$!
: >"$work/samples"
while kill -0 "$pid" 2>/dev/null; do
    awk -v fds="$(ls "/proc/$pid/fd" 2>/dev/null | wc -l)" '/^VmRSS/ {r=$2} /^Threads/ {t=$2} END {if (r) print r, t, fds}' "/proc/$pid/status" >>"$work/samples" 2>/dev/null || true
    sleep 5
done
wait "$pid"
cat <<END
# Memory of a long run

Written by \`scripts/soak.sh $(basename "$source") $minutes > docs/results/soak.md\` on $(date -u +%F), revision $(git rev-parse --short HEAD)$(git diff --quiet || echo ' and changes'),
$(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ //'), load $(cut -d' ' -f1 /proc/loadavg) at the end. One source at 30 frames a second, one thread,
motion gate, tracking, events, snapshots and an annotated video written to files.

| minutes | resident memory, most | threads | open files |
| --- | ---: | ---: | ---: |
END
awk -v minutes="$minutes" '
function row(name, from, to,   i, m, t, f) {
    for (i = int(from * n) + 1; i <= to * n; i++) { if (r[i] > m) m = r[i]; if (th[i] > t) t = th[i]; if (fd[i] > f) f = fd[i] }
    printf "| %s | %.1f MB | %d | %d |\n", name, m / 1000 * 1.024, t, f
    return m
}
{ r[++n] = $1; th[n] = $2; fd[n] = $3 }
END {
    row(sprintf("0 to %.3g", minutes / 6), 0, 1 / 6)
    a = row(sprintf("%.3g to %.3g", minutes / 6, minutes / 2), 1 / 6, 1 / 2)
    row(sprintf("%.3g to %.3g", minutes / 2, minutes * 2 / 3), 1 / 2, 2 / 3)
    b = row(sprintf("%.3g to %.3g", minutes * 2 / 3, minutes), 2 / 3, 1)
    printf "\nThe last third against minutes %.3g to %.3g: %+.1f MB (%s).\n", minutes / 6, minutes / 2, (b - a) * 1.024 / 1000, b - a <= 3 * 1024 ? "within 3 MB" : "MORE than 3 MB"
    exit b - a > 3 * 1024
}' "$work/samples"
printf '\n```\n'
sed 's/^.*\r//' "$work/log"
printf '```\n'
