#!/bin/sh
# connected.sh MODEL…: the fully connected layers of each model on one picture
# and one thread, which read every weight once: how near they come to the speed
# at which the same core reads memory, measured before and after. Needs the
# build of ocellus.
set -eu
for model; do
    bin/ocellus bench "$model" --threads 1 --time 1s --profile | awk -v m="$(basename "$model" .onnx)" '
        /^memory: / {print m; print}
        $1 == "layer" || $2 == "Gemm" || $2 == "MatMul"'
    echo
done
