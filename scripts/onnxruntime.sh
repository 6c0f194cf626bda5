#!/bin/sh
# onnxruntime.sh: fetches the shared library of ONNX Runtime that Ocellus is
# held against, once, into the user's cache. The npm client checks the
# package's integrity; the sums below, that it is the library measured before.
set -eu
release=1.30.0

case "$(uname -s)-$(uname -m)" in
Linux-x86_64)  theirs=linux/x64 ours=linux-amd64
               sum=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23 ;;
Linux-aarch64) theirs=linux/arm64 ours=linux-arm64
               sum=1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76 ;;
*) echo "onnxruntime.sh: onnxruntime-node $release has libraries that Ocellus can load for Linux on x86-64 and ARM64 only; this is $(uname -sm)" >&2; exit 1 ;;
esac

case "${XDG_CACHE_HOME:-}" in /*) cache=$XDG_CACHE_HOME/ocellus ;; *) cache=${HOME:+$HOME/.cache/ocellus} ;; esac
home=${OCELLUS_HOME:-$cache}
[ -n "$home" ] || { echo "onnxruntime.sh: no home folder is known: set OCELLUS_HOME to a folder of your choice" >&2; exit 1; }
lib=$home/peers/onnxruntime-$release/$ours/libonnxruntime.so.1
[ -e "$lib" ] && exit 0

"$(dirname "$0")"/need.sh npm
echo "fetching ONNX Runtime $release with npm (110 MB) into $(dirname "$lib")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
inside=package/bin/napi-v6/$theirs/libonnxruntime.so.1
(cd "$tmp" && ONNXRUNTIME_NODE_INSTALL=skip npm pack --silent "onnxruntime-node@$release" >/dev/null && tar xzf ./*.tgz "$inside") || {
    echo "could not fetch onnxruntime-node@$release with npm: is this machine online, and has $tmp room for 200 MB?" >&2
    exit 1
}
echo "$sum  $tmp/$inside" | sha256sum --check --status || {
    echo "onnxruntime-node@$release holds another $theirs library than it did; nothing is installed" >&2
    exit 1
}
mkdir -p "$(dirname "$lib")"
cp "$tmp/$inside" "$lib.$$" && mv "$lib.$$" "$lib"
