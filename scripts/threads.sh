#!/bin/sh
# threads.sh MODEL…: how much faster two threads are than one. The two take
# turns, each when the machine is idle if it ever is within half a minute, and
# of each the least median counts, with the least single run beside it. Needs
# the build of ocellus.
set -eu
turns=${TURNS:-5}

# busy prints the share of all cores, in percent, that others used in 0.3 s.
busy() {
    a=$(head -1 /proc/stat)
    sleep 0.3
    printf '%s\n%s\n' "$a" "$(head -1 /proc/stat)" | awk '{for (i = 2; i <= 9; i++) t[NR] += $i; idle[NR] = $5 + $6} END {d = t[2] - t[1]; printf "%d", 100 * (d - idle[2] + idle[1]) / d}'
}
quiet() {
    for _ in $(seq 60); do
        [ "$(busy)" -le 5 ] && return 0
        sleep 0.2
    done
    loud=$((loud + 1))
}
number() { grep -o "\"$1\":[0-9.]*" | cut -d: -f2; }

printf '%-24s %10s %10s %7s %12s %12s %7s  %s\n' model '1: p50 ms' '2: p50 ms' ratio '1: least ms' '2: least ms' ratio 'turns when others computed'
for model; do
    loud=0
    lines=
    for _ in $(seq "$turns"); do
        for n in 1 2; do
            quiet
            json=$(bin/ocellus bench "$model" --threads $n --time 500ms --json)
            lines="$lines$n $(echo "$json" | number p50_ms) $(echo "$json" | number min_ms)
"
        done
    done
    printf '%s' "$lines" | awk -v m="$(basename "$model" .onnx)" -v loud="$loud" -v turns="$turns" '
        {if (!p[$1] || $2 < p[$1]) p[$1] = $2; if (!l[$1] || $3 < l[$1]) l[$1] = $3}
        END {printf "%-24s %10.2f %10.2f %7.2f %12.2f %12.2f %7.2f  %d of %d\n", m, p[1], p[2], p[1] / p[2], l[1], l[2], l[1] / l[2], loud, 2 * turns}'
done
