#!/bin/sh
# test-device.sh PHOTOGRAPHS: boots a kernel for arm64 with virtual cameras, and
# tests capture and the device's binary in there. The third of the photographs
# in the folder has a face. See internal/guest.
set -eu
cd "$(dirname "$0")/.."
export CGO_ENABLED=0

work=bin/device
share=$work/share
scripts/guest-kernel.sh $work
rm -rf $share
mkdir -p $share/frames

arm() { GOOS=linux GOARCH=arm64 go "$@"; }
go build -o $work/guest ./internal/guest
arm build -trimpath -ldflags "-s -w" -o $work/init ./internal/guest/init
for p in capture/v4l2 capture cmd/ocellus; do
    arm test -c -trimpath -ldflags "-s -w" -o $share/"$(basename $p)".test ./$p
done
cp bin/linux-arm64/ocellus testdata/spots.onnx $share
cp "$1/sample3.jpg" $share/face.jpg
bin/ocellus-host models fetch --to $share/models blazeface-front

cat >$share/env <<X
OCELLUS_GUEST=1
OCELLUS_DEVICE=/host/ocellus
OCELLUS_FRAMES=/host/frames
X
cat >$share/plan <<X
/host/ocellus selftest --models /host/models
/host/ocellus cameras
/host/v4l2.test -test.v
/host/capture.test -test.v -test.run ^(TestDevice|TestUnplug)$
/host/ocellus.test -test.v -test.run ^TestDevice
X

exec $work/guest -kernel $work/vmlinuz -modules $work/modules -init $work/init -share $share \
    -load vhci_hcd -load uvcvideo \
    -load "vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0"
