//go:build arm64 && !purego

package kernels

// The rows for bytes written in ARM64 assembly, best first.
var (
	archGemmI8 = []GemmI8{
		{"dotprod-8x8", NEON | DotProd, 8, 8, 4, gemmI8DotProd8x8, fours{8}},
		{"neon-8x8", NEON, 8, 8, 16, gemmI8NEON8x8, turned{8}},
	}
	archPeakI8 = []PeakI8{
		{"dotprod", NEON | DotProd, 2 * 16 * 16, peakI8DotProd},
		{"neon", NEON, 2 * 16 * 16, peakI8NEON},
	}
	archDepthwiseI8 = []TapsI8{{"neon", NEON, depthwiseI8NEON, blocked{}}}
	archMaxPoolI8   = []TapsI8{{"neon", NEON, maxPoolI8NEON, nil}}
	archAvgPoolI8   = []TapsI8{{"neon", NEON, avgPoolI8NEON, nil}}
	archElementI8   = []ElementI8{{"neon", NEON, [numElementI8Ops]func(*ElementI8Args){
		AddI8:        addI8NEON,
		MulI8:        mulI8NEON,
		TableI8:      tableI8NEON,
		QuantiseF32:  quantiseF32NEON,
		DequantiseI8: dequantiseI8NEON,
	}}}
)
