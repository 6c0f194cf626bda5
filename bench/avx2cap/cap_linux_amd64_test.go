//go:build cgo

package avx2cap

import (
	"runtime"
	"testing"

	"golang.org/x/sys/cpu"
)

// What AVX2 stands on is still answered; what lies beyond is not.
func TestMasked(t *testing.T) {
	const bmi2, avx2, avx512f, avx512vl, vnni, avxvnni = 1 << 8, 1 << 5, 1 << 16, 1 << 31, 1 << 11, 1 << 4
	features := masked(7, 0)
	if has := features[1]&avx2 != 0; has != cpu.X86.HasAVX2 {
		t.Errorf("AVX2: %v, want %v", has, cpu.X86.HasAVX2)
	}
	if has := features[1]&bmi2 != 0; has != cpu.X86.HasBMI2 {
		t.Errorf("BMI2: %v, want %v", has, cpu.X86.HasBMI2)
	}
	if features[1]&(avx512f|avx512vl) != 0 || features[2]&vnni != 0 || masked(7, 1)[0]&avxvnni != 0 {
		t.Errorf("EBX %#x, ECX %#x: AVX-512 is to be seen", features[1], features[2])
	}
	if masked(0, 0)[0] < 7 {
		t.Error("the number of leaves is not that of the CPU")
	}
}

// Registers that nothing writes to are seen as not in use, call after call.
func TestRegistersRest(t *testing.T) {
	if !Observable() {
		t.Skip("this CPU has no AVX-512, or does not tell which registers are in use")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for range 3 {
		if used, err := Registers(func() error { return nil }); err != nil || used != 0 {
			t.Errorf("%v, %v in use after nothing", used, err)
		}
	}
}
