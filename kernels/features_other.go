//go:build (!amd64 && !arm64) || purego

package kernels

// Detect returns no features: generic Go serves everything.
func Detect() Features { return 0 }
