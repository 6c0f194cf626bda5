#!/bin/sh
# test-arm64.sh CPU…: the tests of kernels, operations and plans under
# qemu-user as each CPU, demanding that the NEON rows are used; once more with
# generic Go; and the ARM binary's detections against this machine's.
set -eu
emulated="./kernels ./nn ./nn/plan ./vision/..."
export CGO_ENABLED=0

for cpu in "$@"; do
    echo "--- $cpu"
    OCELLUS_REQUIRE=neon GOARCH=arm64 go test -exec "qemu-aarch64-static -cpu $cpu" $emulated
done
echo "--- generic Go"
GOARCH=arm64 go test -tags purego -exec "qemu-aarch64-static -cpu max" ./kernels ./nn/plan

echo "--- detections"
scripts/need.sh npm
bin/ocellus-host models fetch blazeface-back
scripts/pictures.sh "$PICTURES" demo-out/photographs
OCELLUS_ARM64="$PWD/bin/linux-arm64/ocellus" OCELLUS_ARM64_CPUS="$*" \
OCELLUS_PICTURES="$PWD/demo-out/photographs" \
    go test -v -count 1 -timeout 20m -run TestDetectionsOnARM ./cmd/ocellus
