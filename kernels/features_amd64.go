//go:build amd64 && !purego

package kernels

import "golang.org/x/sys/cpu"

// Detect returns the features of this CPU.
func Detect() Features {
	var f Features
	x := &cpu.X86
	if x.HasAVX2 && x.HasFMA {
		f |= AVX2
	}
	if f != 0 && x.HasAVXVNNI {
		f |= AVXVNNI
	}
	if f != 0 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
		f |= AVX512
		if x.HasAVX512VNNI {
			f |= AVX512VNNI
		}
		if x.HasAVX512VBMI {
			f |= AVX512VBMI
		}
	}
	return f
}
