//go:build (!amd64 && !arm64) || purego

package kernels

// No assembly here: generic Go serves everything.
var (
	archGemmF32         []GemmF32
	archDepthwiseF32    []TapsF32
	archMaxPoolF32      []TapsF32
	archAvgPoolF32      []TapsF32
	archElementF32      []ElementF32
	archPeakF32         []PeakF32
	archConvertF16      []ConvertF16
	archSoftmaxF32      []SoftmaxF32
	archOuterF32        []OuterF32
	archChannelsF32     []ChannelsF32
	archGemmI8          []GemmI8
	archDepthwiseI8     []TapsI8
	archMaxPoolI8       []TapsI8
	archAvgPoolI8       []TapsI8
	archElementI8       []ElementI8
	archPeakI8          []PeakI8
	archDepthwiseRowF32 []DepthwiseRowF32
	archInterleaveF32   []InterleaveF32
	archLRNF32          []LRNF32
	archWinogradF32     []WinogradF32
	archWinogradI8      []WinogradI8
	archSoftmaxI8       []SoftmaxI8
	archMoveI8          []MoveI8
	archResizeI8        []ResizeI8
	archEveryOtherF32   []EveryOtherF32
	archRead            []Read
	archRangeF32        []RangeF32
	archPicture         []Picture
	archColour          []Colour
)
