#!/bin/sh
# test-arm64.sh CPU…: the tests of kernels, operations and plans under
# qemu-user as each CPU, demanding that the NEON rows are used, and those with
# dot products where it has them; once more without those, and with generic Go; and the ARM binary's
# detections and distances of faces against this machine's.
set -eu
export CGO_ENABLED=0

# All CPUs without dot products take the same path, so the first runs the rest
# of the tests too, and the others what differs: the kernels and the plans.
more="./nn ./vision/... ./face ./capture/... ./pipeline/..."
for cpu in "$@"; do
    case $cpu in
    cortex-a53 | cortex-a72) need=neon ;;
    *) need=neon,dotprod ;;
    esac
    echo "--- $cpu: $need"
    OCELLUS_REQUIRE=$need GOARCH=arm64 go test -short -exec "qemu-aarch64-static -cpu $cpu" ./kernels ./nn/plan $more
    more=""
done
echo "--- max, NEON alone"
OCELLUS_CPU=neon OCELLUS_REQUIRE=neon GOARCH=arm64 go test -short -exec "qemu-aarch64-static -cpu max" ./kernels
echo "--- generic Go"
GOARCH=arm64 go test -short -tags purego -exec "qemu-aarch64-static -cpu max" ./kernels ./nn/plan

echo "--- detections, faces compared"
scripts/need.sh npm
bin/ocellus-host models fetch blazeface-back face-landmark-68 face-128
scripts/pictures.sh "$PICTURES" demo-out/photographs
OCELLUS_ARM64="$PWD/bin/linux-arm64/ocellus" OCELLUS_ARM64_CPUS="$*" \
OCELLUS_PICTURES="$PWD/demo-out/photographs" \
    go test -v -count 1 -timeout 20m -run OnARM ./cmd/ocellus
