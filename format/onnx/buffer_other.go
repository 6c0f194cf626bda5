//go:build !linux

package onnx

// buffer is memory for a file: the heap's, where nothing better is known.
type buffer struct{ data []byte }

func newBuffer(n int) (*buffer, error) { return &buffer{make([]byte, n)}, nil }

func (b *buffer) release([]byte) {}
func (b *buffer) free()          {}
