//go:build amd64 && !purego

package kernels

//go:noescape
func lrnF32AVX2(a *LRNF32Args)

//go:noescape
func interleaveF32AVX2(a *InterleaveF32Args)

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

//go:noescape
func depthwise31F32AVX2(a *DepthwiseRowF32Args)

//go:noescape
func depthwise32F32AVX2(a *DepthwiseRowF32Args)

//go:noescape
func depthwise51F32AVX2(a *DepthwiseRowF32Args)

//go:noescape
func depthwise52F32AVX2(a *DepthwiseRowF32Args)

//go:noescape
func depthwise31F32AVX512(a *DepthwiseRowF32Args)

//go:noescape
func depthwise32F32AVX512(a *DepthwiseRowF32Args)

//go:noescape
func depthwise51F32AVX512(a *DepthwiseRowF32Args)

//go:noescape
func depthwise52F32AVX512(a *DepthwiseRowF32Args)
