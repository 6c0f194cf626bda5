package main

import (
	"fmt"
	"io"
)

// Kinds of files, as in stat(2).
const (
	kindFolder    = 0o040000
	kindCharacter = 0o020000
	kindFile      = 0o100000
)

// archive writes an initial file system for the kernel: a cpio archive in the
// "newc" format of Documentation/driver-api/early-userspace/buffer-format.rst.
// The first error stays, and close returns it.
type archive struct {
	w       io.Writer
	written int
	inode   int
	err     error
}

func (a *archive) folder(name string) { a.entry(name, kindFolder|0o755, 0, 0, nil) }

func (a *archive) device(name string, major, minor int) {
	a.entry(name, kindCharacter|0o600, major, minor, nil)
}

func (a *archive) file(name string, data []byte) { a.entry(name, kindFile|0o755, 0, 0, data) }

// close ends the archive.
func (a *archive) close() error {
	a.entry("TRAILER!!!", 0, 0, 0, nil)
	return a.err
}

func (a *archive) entry(name string, mode, major, minor int, data []byte) {
	a.inode++
	const owner, group, links, changed, deviceMajor, deviceMinor, checksum = 0, 0, 1, 0, 0, 0, 0
	header := "070701"
	for _, field := range []int{a.inode, mode, owner, group, links, changed, len(data), deviceMajor, deviceMinor, major, minor, len(name) + 1, checksum} {
		header += fmt.Sprintf("%08X", field)
	}
	a.write([]byte(header + name + "\x00"))
	a.pad()
	a.write(data)
	a.pad()
}

func (a *archive) write(b []byte) {
	if a.err == nil {
		_, a.err = a.w.Write(b)
		a.written += len(b)
	}
}

// pad fills up to the next multiple of 4 bytes.
func (a *archive) pad() { a.write(make([]byte, -a.written&3)) }
