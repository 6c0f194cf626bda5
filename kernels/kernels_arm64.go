//go:build arm64 && !purego

package kernels

// Written in assembly; the .s files say how.

//go:noescape
func gemmF32NEON8x8(a *GemmF32Args)

func peakF32NEON(rounds int)

//go:noescape
func readNEON(p *byte, rounds int) uint64

//go:noescape
func depthwiseF32NEON(a *TapsF32Args)

//go:noescape
func maxPoolF32NEON(a *TapsF32Args)

//go:noescape
func avgPoolF32NEON(a *TapsF32Args)

//go:noescape
func rangeF32NEON(a *RangeF32Args)

//go:noescape
func addF32NEON(a *ElementF32Args)

//go:noescape
func subF32NEON(a *ElementF32Args)

//go:noescape
func mulF32NEON(a *ElementF32Args)

//go:noescape
func divF32NEON(a *ElementF32Args)

//go:noescape
func maxF32NEON(a *ElementF32Args)

//go:noescape
func minF32NEON(a *ElementF32Args)

//go:noescape
func addScalarF32NEON(a *ElementF32Args)

//go:noescape
func mulScalarF32NEON(a *ElementF32Args)

//go:noescape
func clampF32NEON(a *ElementF32Args)

//go:noescape
func leakyReluF32NEON(a *ElementF32Args)

//go:noescape
func preluF32NEON(a *ElementF32Args)

//go:noescape
func expF32NEON(a *ElementF32Args)

//go:noescape
func sigmoidF32NEON(a *ElementF32Args)

//go:noescape
func tanhF32NEON(a *ElementF32Args)

//go:noescape
func siluF32NEON(a *ElementF32Args)

//go:noescape
func hardSwishF32NEON(a *ElementF32Args)

//go:noescape
func hardSigmoidF32NEON(a *ElementF32Args)

//go:noescape
func widenF16NEON(a *ConvertF16Args)

//go:noescape
func narrowF16NEON(a *ConvertF16Args)

//go:noescape
func gemmI8DotProd8x8(a *GemmI8Args)

//go:noescape
func gemmI8NEON8x8(a *GemmI8Args)

func peakI8DotProd(rounds int)

func peakI8NEON(rounds int)

//go:noescape
func depthwiseI8NEON(a *TapsI8Args)

//go:noescape
func maxPoolI8NEON(a *TapsI8Args)

//go:noescape
func avgPoolI8NEON(a *TapsI8Args)

//go:noescape
func addI8NEON(a *ElementI8Args)

//go:noescape
func mulI8NEON(a *ElementI8Args)

//go:noescape
func tableI8NEON(a *ElementI8Args)

//go:noescape
func quantiseF32NEON(a *ElementI8Args)

//go:noescape
func dequantiseI8NEON(a *ElementI8Args)

//go:noescape
func resizePixelsI8NEON(a *ResizeI8Args)

// resizeI8NEON works on 16 channels at a time, the last ones twice.
func resizeI8NEON(a *ResizeI8Args) {
	if a.C < 16 {
		resizeI8Generic(a)
		return
	}
	resizePixelsI8NEON(a)
}
