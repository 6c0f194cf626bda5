//go:build amd64 && !purego

package kernels

//go:noescape
func outerF32AVX2(a *OuterF32Args)

//go:noescape
func outer12x32F32AVX512(a *OuterF32Args)

//go:noescape
func outer24x16F32AVX512(a *OuterF32Args)

//go:noescape
func channelSumF32AVX2(args *ChannelsF32Args)

//go:noescape
func channelSquaresF32AVX2(args *ChannelsF32Args)

//go:noescape
func channelAffineF32AVX2(args *ChannelsF32Args)

//go:noescape
func channelProductsF32AVX2(args *ChannelsF32Args)

//go:noescape
func channelGradientF32AVX2(args *ChannelsF32Args)

//go:noescape
func channelPassF32AVX2(args *ChannelsF32Args)

//go:noescape
func channelDotsF32AVX2(args *ChannelsF32Args)

//go:noescape
func channelTakeF32AVX2(args *ChannelsF32Args)
