//go:build arm64 && !purego

package kernels

// The rows written in ARM64 assembly, best first.
var (
	archGemmF32 = []GemmF32{
		{"neon8x8", NEON, 8, 8, gemmF32NEON8x8},
	}
	archDepthwiseF32 []TapsF32
	archMaxPoolF32   []TapsF32
	archAvgPoolF32   []TapsF32
	archElementF32   []ElementF32
	archPeakF32      []PeakF32
)

//go:noescape
func gemmF32NEON8x8(a *GemmF32Args)
