//go:build arm64 && !purego

package kernels

// The rows written in ARM64 assembly, best first.
var (
	archGemmF32      = []GemmF32{{"neon-8x8", NEON, 8, 8, gemmF32NEON8x8}}
	archPeakF32      = []PeakF32{{"neon", NEON, 2 * 16 * 4, peakF32NEON}}
	archRead         = []Read{{"neon", NEON, readNEON}}
	archDepthwiseF32 = []TapsF32{{"neon", NEON, depthwiseF32NEON}}
	archMaxPoolF32   = []TapsF32{{"neon", NEON, maxPoolF32NEON}}
	archAvgPoolF32   = []TapsF32{{"neon", NEON, avgPoolF32NEON}}
	archElementF32   = []ElementF32{{"neon", NEON, [numElementOps]func(*ElementF32Args){
		AddF32:         addF32NEON,
		SubF32:         subF32NEON,
		MulF32:         mulF32NEON,
		DivF32:         divF32NEON,
		MaxF32:         maxF32NEON,
		MinF32:         minF32NEON,
		AddScalarF32:   addScalarF32NEON,
		MulScalarF32:   mulScalarF32NEON,
		ClampF32:       clampF32NEON,
		LeakyReluF32:   leakyReluF32NEON,
		PReluF32:       preluF32NEON,
		ExpF32:         expF32NEON,
		SigmoidF32:     sigmoidF32NEON,
		TanhF32:        tanhF32NEON,
		SiLUF32:        siluF32NEON,
		HardSwishF32:   hardSwishF32NEON,
		HardSigmoidF32: hardSigmoidF32NEON,
	}}}
	archConvertF16      = []ConvertF16{{"neon", NEON, widenF16NEON, narrowF16NEON}}
	archSoftmaxF32      []SoftmaxF32
	archOuterF32        []OuterF32
	archChannelsF32     []ChannelsF32
	archDepthwiseRowF32 []DepthwiseRowF32
	archInterleaveF32   []InterleaveF32
	archLRNF32          []LRNF32
	archWinogradF32     []WinogradF32
	archWinogradI8      []WinogradI8
	archSoftmaxI8       []SoftmaxI8
	archMoveI8          []MoveI8
	archResizeI8        = []ResizeI8{{"neon", NEON, resizeI8NEON}}
	archEveryOtherF32   []EveryOtherF32
	archPicture         = []Picture{{"neon", NEON, sampleI8Vector, mixI32Vector, planesI32Vector, pixelsI32Vector}}
	archColour          = []Colour{{"neon", NEON, [numColourOps]ColourFunc{
		ColourYUYV:   yuyvVector,
		ColourUYVY:   uyvyVector,
		ColourPairs:  colourPairsVector,
		ColourPlanes: colourPlanesVector,
	}}}
	archRangeF32 = []RangeF32{{"neon", NEON, rangeF32NEON}}
)
