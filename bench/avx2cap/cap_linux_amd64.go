//go:build cgo

package avx2cap

// #cgo CFLAGS: -O2 -Wall
// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "cpuid_linux_amd64.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"syscall"
	"unsafe"
)

// Install has the CPUID instructions of the copy answered as a CPU without
// AVX-512, AVX-VNNI and AMX would. It comes before the copy is loaded, from the
// path in c.File, and lasts for the rest of the process; illegal instructions
// elsewhere go where they went before.
func (c *Copy) Install() error {
	if Answered() > 0 {
		return errors.New("a library is capped in this process already")
	}
	const size = C.size_t(unsafe.Sizeof(C.uint64_t(0)))
	count := C.size_t(len(c.Sites))
	sites := (*C.uint64_t)(C.calloc(count, size))
	for i, s := range c.Sites {
		unsafe.Slice(sites, len(c.Sites))[i] = C.uint64_t(s)
	}
	if errno := C.avx2cap_install(C.CString(c.File), sites, count); errno != 0 {
		return fmt.Errorf("SIGILL cannot be handled: %w", syscall.Errno(errno))
	}
	return nil
}

// Answered returns how many CPUID instructions were answered so far.
func Answered() int { return int(C.avx2cap_answered()) }

// masked returns EAX, EBX, ECX, EDX as a capped library sees them.
func masked(leaf, subleaf uint32) [4]uint32 {
	var answer [4]C.uint32_t
	C.avx2cap_masked(C.uint32_t(leaf), C.uint32_t(subleaf), &answer[0])
	return [4]uint32{uint32(answer[0]), uint32(answer[1]), uint32(answer[2]), uint32(answer[3])}
}

// Observable reports whether this CPU has AVX-512 and tells which of the
// registers that it adds are in use.
func Observable() bool { return C.avx2cap_observable() != 0 }

// Registers returns which of the registers that AVX-512 adds are in use after
// run, on this thread, out of none before. The CPU must be Observable and the
// goroutine locked to its thread.
func Registers(run func() error) (Use, error) {
	// The collector of garbage uses them as well, so it rests meanwhile.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	runtime.GC()
	C.avx2cap_forget()
	err := run()
	return Use(C.avx2cap_used() >> 5), err
}
