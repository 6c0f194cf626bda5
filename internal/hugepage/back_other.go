//go:build !linux

// Package hugepage asks the system for large pages, where there are any.
package hugepage

// Back does nothing: this system decides for itself.
func Back([]byte) {}
