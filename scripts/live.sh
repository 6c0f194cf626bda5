#!/bin/sh
# live.sh CLIP KNOWN [MODEL [CLIP2]]: how fast `ocellus run` is on one core, as
# a page. CLIP is a video of 640×480, KNOWN a picture of somebody in it, MODEL a
# detector of other things for the same clip and CLIP2 (COCO's, say). Needs
# bin/ocellus and the models of faces.
set -eu
clip=$1 known=$2 model=${3:-} second=${4:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/known"
cp "$known" "$work/known/somebody.jpg"
cat >"$work/every.yaml" <<END
sources: [{source: $(realpath "$clip"), as_fast_as_possible: true}]
threads: 1
events: {file: none}
faces: {known: $work/known, every: 0s, again: 0s}
END
run() {
    title=$1
    shift
    printf '\n## %s\n\n```\n' "$title"
    for _ in 1 2 3; do
        GOMAXPROCS=1 taskset -c 1 bin/ocellus run "$@" 2>"$work/log" >/dev/null || { cat "$work/log" >&2; exit 1; }
        sed 's/^.*\r//' "$work/log" | grep -v '^$'
    done
    printf '```\n'
}
cat <<END
# Live, on one core

Written by \`scripts/live.sh $(basename "$clip") $(basename "$known")${model:+ $(basename "$model")}${second:+ $(basename "$second")} > docs/results/live.md\` on $(date -u +%F),
revision $(git rev-parse --short HEAD)$(git diff --quiet || echo ' and changes'), $(grep -m1 'model name' /proc/cpuinfo | cut -d: -f2 | sed 's/^ //'), load $(cut -d' ' -f1 /proc/loadavg) at the start.
Three runs of each, pinned to one core with GOMAXPROCS=1 and --threads 1.
END
run "Faces, as fast as can be" --source "$clip" --as-fast-as-possible --threads 1 --events none
run "Faces, as if live" --source "$clip" --threads 1 --events none
run "Faces and whose, at the default pace of looks, as fast as can be" --source "$clip" --as-fast-as-possible --threads 1 --events none --known "$work/known"
run "Faces and whose, a face in every frame that shows one, as fast as can be" --config "$work/every.yaml"
[ -z "$model" ] || run "$(basename "$model"), as fast as can be" --source "$clip" --as-fast-as-possible --threads 1 --events none --model "$model"
[ -z "$second" ] || run "$(basename "$model") on $(basename "$second"), as fast as can be" --source "$second" --as-fast-as-possible --threads 1 --events none --model "$model"
