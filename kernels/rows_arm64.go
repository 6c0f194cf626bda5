//go:build arm64 && !purego

package kernels

// The rows written in ARM64 assembly, best first.
var (
	archGemmF32 = []GemmF32{
		{"neon8x8", NEON, 8, 8, gemmF32NEON8x8},
	}
	archDepthwiseF32 = []TapsF32{{"neon", NEON, depthwiseF32NEON}}
	archMaxPoolF32   = []TapsF32{{"neon", NEON, maxPoolF32NEON}}
	archAvgPoolF32   = []TapsF32{{"neon", NEON, avgPoolF32NEON}}
	archElementF32   []ElementF32
	archPeakF32      []PeakF32
)

//go:noescape
func gemmF32NEON8x8(a *GemmF32Args)

//go:noescape
func depthwiseF32NEON(a *TapsF32Args)

//go:noescape
func maxPoolF32NEON(a *TapsF32Args)

//go:noescape
func avgPoolF32NEON(a *TapsF32Args)
