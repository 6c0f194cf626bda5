//go:build amd64 && !purego

package kernels

//go:noescape
func everyOtherF32AVX2(a *ElementF32Args)

//go:noescape
func winogradInputF32AVX2(a *WinogradF32InputArgs)

//go:noescape
func winogradOutputF32AVX2(a *WinogradF32OutputArgs)

//go:noescape
func winogradInputF32AVX512(a *WinogradF32InputArgs)

//go:noescape
func winogradOutputF32AVX512(a *WinogradF32OutputArgs)
