package onnx

import (
	"io"
	"os"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/nn"
)

// ReadFile reads an ONNX model from a file. Errors are those of Decode, or
// from opening and reading.
//
// Where the system allows, the file is held outside of the heap, and given
// back tensor by tensor: a model then takes its size in memory but once while
// it is read.
func ReadFile(path string) (*nn.Graph, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f)
}

// Read is ReadFile for a file that is open, from its beginning.
func Read(f *os.File) (*nn.Graph, error) {
	path := f.Name()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
		if err != nil {
			return nil, err
		}
		return Decode(path, data)
	}
	if info.Size() > maxFileSize {
		return nil, &format.ErrCorrupt{File: path, Offset: maxFileSize, Why: tooLarge}
	}
	buf, err := newBuffer(int(info.Size()))
	if err != nil {
		return nil, err
	}
	defer buf.free()
	// A file that shrinks meanwhile ends early, one that grows is cut: either
	// is damaged for Decode.
	n, err := io.ReadFull(io.NewSectionReader(f, 0, info.Size()), buf.data)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return decodeModel(path, buf.data[:n], buf.release)
}
