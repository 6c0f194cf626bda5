//go:build amd64 && !purego

package kernels

// The rows written in AMD64 assembly, best first.
var (
	archGemmF32 = []GemmF32{
		{"avx512-7x32", AVX512, 7, 32, gemmF32AVX512},
		{"avx2-6x16", AVX2, 6, 16, gemmF32AVX2},
	}
	archPeakF32 = []PeakF32{
		{"avx512", AVX512, 2 * 12 * 16, peakF32AVX512},
		{"avx2", AVX2, 2 * 12 * 8, peakF32AVX2},
	}
	archRead = []Read{
		{"avx2", AVX2, readAVX2},
	}
	archWinogradF32 = []WinogradF32{
		{"avx512", AVX512, winogradInputF32AVX512, winogradOutputF32AVX512},
		{"avx2", AVX2, winogradInputF32AVX2, winogradOutputF32AVX2},
	}
	archConvertF16      = []ConvertF16{{"f16c", AVX2, widenF16F16C, narrowF16F16C}}
	archDepthwiseRowF32 = []DepthwiseRowF32{
		{"avx512", AVX512, 3, 1, 1, depthwise31F32AVX512},
		{"avx512", AVX512, 3, 2, 1, depthwise32F32AVX512},
		{"avx512", AVX512, 5, 1, 1, depthwise51F32AVX512},
		{"avx512", AVX512, 5, 2, 1, depthwise52F32AVX512},
		{"avx2", AVX2, 3, 1, 8, depthwise31F32AVX2},
		{"avx2", AVX2, 3, 2, 8, depthwise32F32AVX2},
		{"avx2", AVX2, 5, 1, 8, depthwise51F32AVX2},
		{"avx2", AVX2, 5, 2, 8, depthwise52F32AVX2},
	}
	archInterleaveF32 = []InterleaveF32{{"avx2", AVX2, interleaveF32AVX2}}
	archLRNF32        = []LRNF32{{"avx2", AVX2, lrnF32AVX2}}
	archEveryOtherF32 = []EveryOtherF32{{"avx2", AVX2, everyOtherF32AVX2}}
	archSoftmaxF32    = []SoftmaxF32{{"avx2", AVX2, softmaxF32AVX2}}
	archRangeF32      = []RangeF32{{"avx2", AVX2, rangeF32AVX2}}
	archOuterF32      = []OuterF32{
		{"avx512-12x32", AVX512, 12, 32, outer12x32F32AVX512},
		{"avx512-24x16", AVX512, 24, 16, outer24x16F32AVX512},
		{"avx2-6x16", AVX2, 6, 16, outerF32AVX2},
	}
	archChannelsF32 = []ChannelsF32{{"avx2", AVX2, [numChannelOps]func(*ChannelsF32Args){
		ChannelSum:      channelSumF32AVX2,
		ChannelSquares:  channelSquaresF32AVX2,
		ChannelAffine:   channelAffineF32AVX2,
		ChannelProducts: channelProductsF32AVX2,
		ChannelGradient: channelGradientF32AVX2,
		ChannelPass:     channelPassF32AVX2,
		ChannelDots:     channelDotsF32AVX2,
		ChannelTake:     channelTakeF32AVX2,
	}}}
	archDepthwiseF32 = []TapsF32{{"avx2", AVX2, depthwiseF32AVX2}}
	archMaxPoolF32   = []TapsF32{{"avx2", AVX2, maxPoolF32AVX2}}
	archAvgPoolF32   = []TapsF32{{"avx2", AVX2, avgPoolF32AVX2}}
	archElementF32   = []ElementF32{{"avx2", AVX2, [numElementOps]func(*ElementF32Args){
		AddF32:         addF32AVX2,
		SubF32:         subF32AVX2,
		MulF32:         mulF32AVX2,
		DivF32:         divF32AVX2,
		MaxF32:         maxF32AVX2,
		MinF32:         minF32AVX2,
		AddScalarF32:   addScalarF32AVX2,
		MulScalarF32:   mulScalarF32AVX2,
		ClampF32:       clampF32AVX2,
		LeakyReluF32:   leakyReluF32AVX2,
		PReluF32:       preluF32AVX2,
		ExpF32:         expF32AVX2,
		SigmoidF32:     sigmoidF32AVX2,
		TanhF32:        tanhF32AVX2,
		SiLUF32:        siluF32AVX2,
		HardSwishF32:   hardSwishF32AVX2,
		HardSigmoidF32: hardSigmoidF32AVX2,
	}}}
	archMoveI8   = []MoveI8{{"avx2", AVX2, copyRowsAVX2, everyOtherI8AVX2, interleaveI8AVX2}}
	archResizeI8 = []ResizeI8{{"avx2", AVX2, resizeI8AVX2}}
	archPicture  = []Picture{{"avx2", AVX2, sampleI8Vector, mixI32Vector, planesI32Vector, pixelsI32Vector}}
	archColour   = []Colour{{"avx2", AVX2, [numColourOps]ColourFunc{
		ColourYUYV:   yuyvVector,
		ColourUYVY:   uyvyVector,
		ColourPairs:  colourPairsVector,
		ColourPlanes: colourPlanesVector,
	}}}
	archSoftmaxI8  = []SoftmaxI8{{"avx2", AVX2, softmaxI8AVX2}}
	archWinogradI8 = []WinogradI8{{"avx2", AVX2, winogradInputI8AVX2, winogradMultiplyI8AVX2, winogradOutputI8AVX2}}
	archGemmI8     = []GemmI8{
		{"avx512vnni-7x32", AVX512 | AVX512VNNI, 7, 32, 4, gemmI8VNNI512, dealt{32}},
		{"avx512vnni-6x16", AVX512 | AVX512VNNI, 6, 16, 4, gemmI8VNNI256, dealt{16}}, // the next row in EVEX form
		{"avxvnni-6x16", AVX2 | AVXVNNI, 6, 16, 4, gemmI8AVXVNNI, dealt{16}},
		{"avx512-7x32", AVX512, 7, 32, 4, gemmI8AVX512, split{32}},
		{"avx2-4x16", AVX2, 4, 16, 4, gemmI8AVX2, split{16}},
		{"avx2-4x24", AVX2, 4, 24, 4, gemmI8AVX2x24, widened{24}}, // see For
	}
	archDepthwiseI8 = []TapsI8{
		{"avx512vnni", AVX512 | AVX512VNNI, depthwiseI8VNNI512, quads{}},
		{"avx2", AVX2, depthwiseI8AVX2, nibbles{}},
	}
	archMaxPoolI8 = []TapsI8{{"avx2", AVX2, maxPoolI8AVX2, nil}}
	archAvgPoolI8 = []TapsI8{{"avx2", AVX2, avgPoolI8AVX2, nil}}
	archElementI8 = []ElementI8{
		{"avx512vbmi", AVX2 | AVX512 | AVX512VBMI, [numElementI8Ops]func(*ElementI8Args){
			AddI8:        addI8AVX2,
			MulI8:        mulI8AVX2,
			TableI8:      tableI8VBMI,
			QuantiseF32:  quantiseF32AVX2,
			DequantiseI8: dequantiseI8AVX2,
		}},
		{"avx2", AVX2, [numElementI8Ops]func(*ElementI8Args){
			AddI8:        addI8AVX2,
			MulI8:        mulI8AVX2,
			TableI8:      tableI8AVX2,
			QuantiseF32:  quantiseF32AVX2,
			DequantiseI8: dequantiseI8AVX2,
		}},
	}
	archPeakI8 = []PeakI8{
		{"avx512vnni", AVX512 | AVX512VNNI, 2 * 12 * 64, peakI8VNNI512},
		{"avxvnni", AVX2 | AVXVNNI, 2 * 12 * 32, peakI8AVXVNNI},
		{"avx512", AVX512, 2 * 12 * 64, peakI8AVX512},
		{"avx2", AVX2, 2 * 12 * 32, peakI8AVX2},
	}
)
