//go:build !linux || !amd64 || !cgo

package avx2cap

import "errors"

// Install fails: there is nothing to hide, or no way to.
func (c *Copy) Install() error {
	return errors.New("capping to AVX2 is for Linux on x86-64, built with cgo")
}

// Answered returns how many CPUID instructions were answered so far.
func Answered() int { return 0 }

// Observable reports whether this CPU has AVX-512 and tells which of the
// registers that it adds are in use.
func Observable() bool { return false }

// Registers is for CPUs that are Observable.
func Registers(run func() error) (Use, error) { return 0, run() }
