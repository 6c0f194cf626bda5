//go:build amd64 && !purego

package kernels

//go:noescape
func gemmF32AVX2(a *GemmF32Args)
