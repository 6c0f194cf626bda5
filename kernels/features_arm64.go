//go:build arm64 && !purego

package kernels

import "golang.org/x/sys/cpu"

// Detect returns the features of this CPU. NEON is part of every ARMv8-A.
func Detect() Features {
	f := NEON
	if cpu.ARM64.HasASIMDHP {
		f |= FP16
	}
	if cpu.ARM64.HasASIMDDP {
		f |= DotProd
	}
	if cpu.ARM64.HasI8MM {
		f |= I8MM
	}
	return f
}
