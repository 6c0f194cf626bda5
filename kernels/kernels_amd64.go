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

func peakF32AVX2(rounds int)

func peakF32AVX512(rounds int)
