package kernels

import (
	"errors"
	"testing"
	"unsafe"
)

func TestTrustedGemmI8(t *testing.T) {
	f := testFeatures(t)
	if got, want := TrustedGemmI8(f), GemmI8Rows(f)[0]; got != want {
		t.Errorf("%s is trusted, but %s comes first", got.Name, want.Name)
	}
}

// BenchmarkKnownAnswerI8: Compile pays this each time.
func BenchmarkKnownAnswerI8(b *testing.B) {
	row := GemmI8Rows(testFeatures(b))[0]
	for b.Loop() {
		if err := row.KnownAnswer(); err != nil {
			b.Fatal(err)
		}
	}
}

// TestKnownAnswersNotice: a row that errs in one byte is found out.
func TestKnownAnswersNotice(t *testing.T) {
	gemm, taps, element := genericGemmI8, genericDepthwiseI8, genericElementI8
	gemm.Func = func(a *GemmI8Args) {
		genericGemmI8.Func(a)
		*(*uint8)(unsafe.Add(unsafe.Pointer(a.C), (a.M-1)*a.LDC+a.N-1)) ^= 1
	}
	taps.Func = func(a *TapsI8Args) {
		genericDepthwiseI8.Func(a)
		*a.Out ^= 1
	}
	element.Funcs[DequantiseI8] = func(a *ElementI8Args) {
		genericElementI8.Funcs[DequantiseI8](a)
		*a.F32++
	}
	if row := trusted([]*GemmI8{&gemm, &genericGemmI8}); row != &genericGemmI8 {
		t.Errorf("%s is trusted, though it errs", row.Name)
	}
	for _, err := range []error{gemm.KnownAnswer(), taps.KnownAnswer(&genericDepthwiseI8), element.KnownAnswer()} {
		var ek *ErrKernel
		if !errors.As(err, &ek) || ek.Row != "generic" && ek.Row != "generic4x8" {
			t.Errorf("%v, want an *ErrKernel", err)
		}
	}
}
