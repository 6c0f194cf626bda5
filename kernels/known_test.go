package kernels

import (
	"math"
	"testing"
	"unsafe"
)

// TestKnownAnswers: every row that can run here gives the known answers, and
// no table is left out.
func TestKnownAnswers(t *testing.T) {
	tables := map[string]bool{}
	for _, a := range KnownAnswers(testFeatures(t)) {
		tables[a.Table] = true
		if a.Err != nil {
			t.Error(a.Err)
		}
	}
	const want = 26 // as many as there are functions that list rows, but for those of peaks; depthwise rows are four
	if len(tables) != want {
		t.Errorf("%d tables %v, want %d", len(tables), tables, want)
	}
	for _, a := range KnownAnswers(0) {
		if a.Row != "generic" && a.Row != "generic4x8" {
			t.Errorf("%s of %s runs where nothing but generic Go can", a.Row, a.Table)
		}
	}
}

// TestKnownAnswersNoticeFloats: a row that errs in one float is found out.
func TestKnownAnswersNoticeFloats(t *testing.T) {
	at := func(p *float32, i int) *float32 { return (*float32)(unsafe.Add(unsafe.Pointer(p), 4*i)) }
	gemm := GemmF32{Name: "wrong", MR: genericMR, NR: genericNR, Func: func(a *GemmF32Args) {
		gemmF32Generic(a)
		*(*float32)(unsafe.Add(unsafe.Pointer(a.C), (a.M-1)*a.LDC+4*(a.N-1)))++
	}}
	taps := TapsF32{Name: "wrong", Func: func(a *TapsF32Args) {
		depthwiseF32Generic(a)
		*at(a.Out, a.C-1)++
	}}
	row := DepthwiseRowF32{"wrong", 0, 3, 1, 1, func(a *DepthwiseRowF32Args) {
		depthwiseRowF32Generic(3, 1)(a)
		*a.Out++
	}}
	winograd := genericWinogradF32
	winograd.Output = func(a *WinogradF32OutputArgs) {
		winogradOutputF32Generic(a)
		*a.Out += 0.01
	}
	softmax := SoftmaxF32{Name: "wrong", Func: func(a *SoftmaxF32Args) {
		softmaxF32Generic(a)
		*a.Dst *= 1.0001
	}}
	lrn := LRNF32{Name: "wrong", Func: func(a *LRNF32Args) {
		lrnF32Generic(a)
		*at(a.Dst, a.N-1) *= 1.000001
	}}
	span := RangeF32{Name: "wrong", Func: func(a *RangeF32Args) {
		a.N--
		rangeF32Generic(a)
	}}
	every := EveryOtherF32{Name: "wrong", Func: func(a *ElementF32Args) {
		everyOtherF32Generic(a)
		*at(a.Dst, a.N-1) = *a.A
	}}
	half := genericConvertF16
	half.Narrow = func(a *ConvertF16Args) {
		narrowF16Generic(a)
		*a.Half ^= 1
	}
	for name, failed := range map[string]string{"gemm": gemm.knownAnswer(), "taps": taps.knownAnswer(&genericDepthwiseF32), "row": row.knownAnswer(),
		"winograd": winograd.knownAnswer(), "softmax": softmax.knownAnswer(), "lrn": lrn.knownAnswer(), "every": every.knownAnswer(), "range": span.knownAnswer(), "half": half.knownAnswer()} {
		if failed == "" {
			t.Errorf("%s: the wrong result is not noticed", name)
		}
	}
	for op := range numElementOps {
		wrong := genericElementF32
		wrong.Funcs[op] = func(a *ElementF32Args) {
			genericElementF32.Funcs[op](a)
			v := float64(*at(a.Dst, a.N-1))
			*at(a.Dst, a.N-1) += float32(math.Copysign(1e-5*math.Abs(v)+1e-5, v))
		}
		if got := wrong.knownAnswer(); got != elementNames[op] {
			t.Errorf("%s: what is noticed is %q", elementNames[op], got)
		}
	}
}

// TestKnownAnswersNoticePictures: so is a row that errs in one value of a
// picture.
func TestKnownAnswersNoticePictures(t *testing.T) {
	sample, mix, planes, pixels := genericPicture, genericPicture, genericPicture, genericPicture
	sample.Sample = func(a *SampleI8Args) { sampleI8Generic(a); *a.Dst++ }
	mix.Mix = func(a *MixI32Args) { mixI32Generic(a); *a.Dst++ }
	planes.ToPlanes = func(a *ScaleI32Args) { planesI32Generic(a); *a.Dst[2]++ }
	pixels.ToPixels = func(a *ScaleI32Args) { pixelsI32Generic(a); *a.Dst[0]++ }
	for want, row := range map[string]*Picture{"a row sampled": &sample, "two rows mixed": &mix, "planes of floats": &planes, "pixels of floats": &pixels} {
		if got := row.knownAnswer(); got != want {
			t.Errorf("%s: what is noticed is %q", want, got)
		}
	}
	for op := range numColourOps {
		wrong := genericColour
		wrong.Funcs[op] = func(dst, a, b, c *uint8, n int, m *YCC) {
			genericColour.Funcs[op](dst, a, b, c, n, m)
			*dst ^= 1
		}
		if got := wrong.knownAnswer(); got != colourNames[op] {
			t.Errorf("%s: what is noticed is %q", colourNames[op], got)
		}
	}
}
