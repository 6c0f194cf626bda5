#!/bin/bash
# train-seeds.sh NETWORK SPEC NAME [FLAG…]: trains NETWORK on SPEC with the seeds
# of SEEDS (1 to 5 unless set), one after the other, and prints the accuracy of
# each on the test pictures, the mean, and the time that each took. Where SHIP is
# set, the network of seed 1 stays as models/weights/NAME.onnx, with a card.
set -euo pipefail
network=$1 spec=$2 name=$3
shift 3
runs=demo-out/$name
mkdir -p "$runs" models/weights
TIMEFORMAT='%U %S'
printf '%-5s %9s %10s %10s %10s\n' seed "test %" "valid. %" "wall s" "CPU s"
for seed in ${SEEDS:-1 2 3 4 5}; do
    out=$runs/seed-$seed.onnx record=$runs/seed-$seed
    [ $seed -gt 1 ] || [ -z "${SHIP:-}" ] || { out=models/weights/$name.onnx record=models/weights/$name; }
    cpu=$( { time bin/ocellus-host train "$network" --data "$spec" --out "$out" --run "$runs/seed-$seed.train" --restart \
        --seed $seed --record "$record" "$@" >"$runs/seed-$seed.txt" 2>"$runs/seed-$seed.log"; } 2>&1 ) || { cat "$runs/seed-$seed.log"; exit 1; }
    awk -v seed=$seed -v cpu="$cpu" '
        /^ *"accuracy":/ && !test { test = $2 * 100 }
        /^ *"seconds":/ { wall = $2 + 0 }
        /^ *"validation": *\{/ { inside = 1 }
        inside && /^ *"right":/ { right = $2 + 0 }
        inside && /^ *"seen":/ { seen = $2 + 0; inside = 0 }
        END { split(cpu, c, " "); printf "%-5d %9.4f %10.2f %10.1f %10.1f\n", seed, test, seen ? 100 * right / seen : 0, wall, c[1] + c[2] }' "$record.json"
done | tee "$runs/figures.txt"
awk '{ sum += $2; if ($2 < low || !low) low = $2; if ($2 > high) high = $2 } END { printf "mean %10.4f, from %.4f to %.4f\n", sum / NR, low, high }' "$runs/figures.txt"
