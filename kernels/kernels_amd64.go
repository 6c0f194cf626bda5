//go:build amd64 && !purego

package kernels

//go:noescape
func gemmF32AVX2(a *GemmF32Args)

func peakF32AVX2(rounds int)

func peakF32AVX512(rounds int)
