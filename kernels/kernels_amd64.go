//go:build amd64 && !purego

package kernels

//go:noescape
func gemmF32AVX2(a *GemmF32Args)

//go:noescape
func depthwiseF32AVX2(a *TapsF32Args)

//go:noescape
func maxPoolF32AVX2(a *TapsF32Args)

//go:noescape
func avgPoolF32AVX2(a *TapsF32Args)

//go:noescape
func gemmF32AVX512(a *GemmF32Args)

//go:noescape
func widenF16F16C(a *ConvertF16Args)

//go:noescape
func narrowF16F16C(a *ConvertF16Args)

//go:noescape
func softmaxF32AVX2(a *SoftmaxF32Args)

//go:noescape
func rangeF32AVX2(a *RangeF32Args)

func peakF32AVX2(rounds int)

func peakF32AVX512(rounds int)

//go:noescape
func readAVX2(p *byte, rounds int) uint64

//go:noescape
func addF32AVX2(a *ElementF32Args)

//go:noescape
func subF32AVX2(a *ElementF32Args)

//go:noescape
func mulF32AVX2(a *ElementF32Args)

//go:noescape
func divF32AVX2(a *ElementF32Args)

//go:noescape
func maxF32AVX2(a *ElementF32Args)

//go:noescape
func minF32AVX2(a *ElementF32Args)

//go:noescape
func addScalarF32AVX2(a *ElementF32Args)

//go:noescape
func mulScalarF32AVX2(a *ElementF32Args)

//go:noescape
func clampF32AVX2(a *ElementF32Args)

//go:noescape
func leakyReluF32AVX2(a *ElementF32Args)

//go:noescape
func preluF32AVX2(a *ElementF32Args)

//go:noescape
func expF32AVX2(a *ElementF32Args)

//go:noescape
func sigmoidF32AVX2(a *ElementF32Args)

//go:noescape
func tanhF32AVX2(a *ElementF32Args)

//go:noescape
func siluF32AVX2(a *ElementF32Args)

//go:noescape
func hardSwishF32AVX2(a *ElementF32Args)

//go:noescape
func hardSigmoidF32AVX2(a *ElementF32Args)

//go:noescape
func gemmI8VNNI512(a *GemmI8Args)

func peakI8VNNI512(rounds int)

func peakI8AVXVNNI(rounds int)

func peakI8AVX512(rounds int)

func peakI8AVX2(rounds int)

//go:noescape
func gemmI8AVX2(a *GemmI8Args)

//go:noescape
func gemmI8AVX2x24(a *GemmI8Args)

//go:noescape
func gemmI8AVXVNNI(a *GemmI8Args)

//go:noescape
func gemmI8VNNI256(a *GemmI8Args)

//go:noescape
func gemmI8AVX512(a *GemmI8Args)

//go:noescape
func depthwise32I8AVX2(a *TapsI8Args)

//go:noescape
func depthwise16I8AVX2(a *TapsI8Args)

//go:noescape
func addI8AVX2(a *ElementI8Args)

//go:noescape
func mulI8AVX2(a *ElementI8Args)

//go:noescape
func tableI8AVX2(a *ElementI8Args)

//go:noescape
func tableI8VBMI(a *ElementI8Args)

//go:noescape
func quantiseF32AVX2(a *ElementI8Args)

//go:noescape
func dequantiseI8AVX2(a *ElementI8Args)

//go:noescape
func maxPoolI8AVX2(a *TapsI8Args)

//go:noescape
func avgPoolI8AVX2(a *TapsI8Args)

//go:noescape
func depthwiseI8VNNI512(a *TapsI8Args)

//go:noescape
func winogradInputI8AVX2(a *WinogradI8InputArgs)

//go:noescape
func winogradMultiplyI8AVX2(a *WinogradI8GemmArgs)

//go:noescape
func winogradOutputI8AVX2(a *WinogradI8OutputArgs)

//go:noescape
func softmaxRowsI8AVX2(a *SoftmaxI8Args)

// softmaxI8AVX2 leaves rows that are not of whole vectors to Go.
func softmaxI8AVX2(a *SoftmaxI8Args) {
	if a.Stride != 1 || a.N%16 != 0 {
		softmaxI8Generic(a)
		return
	}
	softmaxRowsI8AVX2(a)
}

//go:noescape
func copyRowsAVX2(a *CopyRowsArgs)

//go:noescape
func everyOtherI8AVX2(a *EveryOtherI8Args)

//go:noescape
func interleaveI8AVX2(a *InterleaveI8Args)

//go:noescape
func resizePixelsI8AVX2(a *ResizeI8Args)

// resizeI8AVX2 works on 16 channels at a time, the last ones twice.
func resizeI8AVX2(a *ResizeI8Args) {
	if a.C < 16 {
		resizeI8Generic(a)
		return
	}
	resizePixelsI8AVX2(a)
}
