#!/bin/sh
# guest-kernel.sh DIR: fetches Debian's newest arm64 kernel into DIR, once:
# DIR/vmlinuz and DIR/modules. apt does it, by lists and a package state of its
# own in DIR, so that nothing of this machine's changes and nothing is
# installed; no root is needed.
set -eu

[ -e "$1/vmlinuz" ] && exit 0
mkdir -p "$1"
dir=$(cd "$1" && pwd)
state="$dir/apt"

# Without these lines a mirror that has no arm64 looks like a broken script.
fail() {
    echo "guest-kernel.sh: $1" >&2
    echo "The device test needs the package linux-image-arm64 from this machine's apt sources (or $dir/vmlinuz and $dir/modules by hand)." >&2
    exit 1
}

rm -rf "$state" "$dir/unpacked"
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$dir/unpacked"
: >"$state/status"
cat >"$state/apt.conf" <<X
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
Acquire::Retries "3";
Acquire::Languages "none";
Dir::State::Lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache "$state/cache";
X
export APT_CONFIG="$state/apt.conf"
apt-get update -qq || fail "apt cannot fetch its lists"

# The package linux-image-arm64 only names the newest kernel.
image=$(apt-cache depends linux-image-arm64 | sed -n 's/^ *Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
[ -n "$image" ] || fail "apt's sources name no linux-image-arm64"
echo "fetching $image"
(cd "$state" && apt-get download -qq "$image") || fail "apt cannot fetch $image"
dpkg-deb -x "$state/$image"_*.deb "$dir/unpacked" || fail "$image does not unpack"

rm -rf "$dir/modules"
mv "$dir"/unpacked/lib/modules/* "$dir/modules"
mv "$dir"/unpacked/boot/vmlinuz-* "$dir/vmlinuz" # last: it says that all is there
rm -rf "$state" "$dir/unpacked"
