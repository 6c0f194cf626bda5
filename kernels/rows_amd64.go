//go:build amd64 && !purego

package kernels

// The rows written in AMD64 assembly, best first.
var (
	archGemmF32 = []GemmF32{
		{"avx2-6x16", AVX2, 6, 16, gemmF32AVX2},
	}
	archPeakF32 = []PeakF32{
		{"avx512", AVX512, 2 * 12 * 16, peakF32AVX512},
		{"avx2", AVX2, 2 * 12 * 8, peakF32AVX2},
	}
	archDepthwiseF32 = []TapsF32{{"avx2", AVX2, depthwiseF32AVX2}}
	archMaxPoolF32   = []TapsF32{{"avx2", AVX2, maxPoolF32AVX2}}
	archAvgPoolF32   = []TapsF32{{"avx2", AVX2, avgPoolF32AVX2}}
	archElementF32   []ElementF32
)
