#!/bin/sh
# need.sh THING: makes sure that a tool or data set of another project is on
# this machine. As root it installs what is missing from Debian; otherwise it
# names the command that does.
set -eu

case "$1" in
npm)           have() { command -v npm; };                              packages="npm" ;;
gcc)           have() { command -v gcc; };                              packages="gcc libc6-dev" ;;
objdump)       have() { command -v objdump; };                          packages="binutils" ;;
qemu)          have() { command -v qemu-aarch64-static; };              packages="qemu-user-static" ;;
qemu-system)   have() { command -v qemu-system-aarch64; };               packages="qemu-system-arm" ;;
time)          have() { test -x /usr/bin/time && command -v file; };     packages="time file" ;;
torch)         have() { /usr/bin/python3 -c "import torch"; };          packages="python3-torch" ;;
opencv)        have() { command -v g++ && pkg-config --exists opencv4; }; packages="g++ pkg-config libopencv-dev" ;;
ffmpeg)        have() { command -v ffmpeg; };                           packages="ffmpeg" ;;
onnx-testdata) have() { test -d /usr/share/libonnx-testdata/data; };    packages="libonnx-testdata" ;;
*) echo "need.sh: nobody knows how to get $1" >&2; exit 2 ;;
esac

have >/dev/null 2>&1 && exit 0
install="apt-get install -y --no-install-recommends $packages"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing $packages"
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null && exit 0
fi
if [ "$1" = onnx-testdata ]; then
    echo "without libonnx-testdata the conformance tests are skipped; to have them: sudo $install"
    exit 0
fi
echo "$1 is missing; install it with: sudo $install" >&2
exit 1
