#!/bin/sh
# test-exact.sh few|all: networks in 8-bit integers give the same bits by every
# row of kernels of this machine, and of emulated ARM CPUs, which read the
# files that were quantised here. "few" take a minute, "all" seven.
set -eu
export CGO_ENABLED=0 OCELLUS_EXACT_DIR="$PWD/demo-out/exact"
mkdir -p "$OCELLUS_EXACT_DIR"
[ "$(go env GOARCH)" = amd64 ] || { echo "test-exact.sh: files are quantised on amd64, this is $(go env GOARCH)" >&2; exit 2; }

# The hash of each file is held against the golden one before it is used.
OCELLUS_EXACT=$1 go test -v -count 1 -timeout 20m -run Exact ./internal/exact

nets="lenet5 mobilenetv2 mobilefacenet yolo-fastestv2"
large=""
if [ "$1" != few ]; then
    nets="$nets mobilenetv1 squeezenet1.1 fastestdet resnet18 resnet50 googlenet yolov4-tiny yolov8n"
    large=vgg16 # two minutes
fi
arm() { # CPU NEED CAP NETS
    echo "--- emulated $1, at most $3: $4"
    OCELLUS_EXACT=$4 OCELLUS_REQUIRE=$2 OCELLUS_CPU=$3 GOARCH=arm64 \
        go test -v -count 1 -timeout 30m -exec "qemu-aarch64-static -cpu $1" -run Exact ./internal/exact
}
arm max neon,dotprod i8mm "$nets $large"
arm cortex-a53 neon i8mm "$nets"
arm cortex-a72 neon i8mm "lenet5 mobilenetv2 yolo-fastestv2" # the rows of cortex-a53
arm max generic generic "lenet5 yolo-fastestv2"
