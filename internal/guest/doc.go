// Command guest boots a Linux kernel for arm64 under qemu-system, by
// emulation, with the drivers and the commands that it is told, and exits with
// the exit code of the first command that failed in there. Nothing else runs
// in the guest: its one process besides is internal/guest/init.
//
// It is how cameras, which the machines that test Ocellus do not have, are
// tested all the same: the kernel brings virtual ones along. See
// scripts/test-device.sh.
//
// The guest sees the folder -share as /host, through which programs go in and
// results come out.
package main
