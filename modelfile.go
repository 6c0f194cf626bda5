package ocellus

import (
	"crypto/sha256"
	"io"
	"os"
	"time"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/nn"
)

// modelFile is where a session's graph comes from: a file that is open, or what
// is known of one.
type modelFile struct {
	hash func() ([sha256.Size]byte, error)

	// The file of a session whose inputs leave dimensions open; nil for none. The
	// weights are held by plans alone then, and are read again for another one. A
	// file that takes the place of this one changes nothing.
	file    *os.File
	size    int64
	changed time.Time
}

// openModel opens a file and reads its graph.
func openModel(path string) (*modelFile, *nn.Graph, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	m := &modelFile{hash: hashOf(path)}
	info, err := f.Stat()
	var g *nn.Graph
	if err == nil {
		g, err = onnx.Read(f)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		f.Close() // which can be read but once
		return m, g, nil
	}
	m.file, m.size, m.changed = f, info.Size(), info.ModTime()
	return m, g, nil
}

// hashOf returns what reads a file once more, for its hash.
func hashOf(file string) func() ([sha256.Size]byte, error) {
	return func() (sum [sha256.Size]byte, err error) {
		f, err := os.Open(file)
		if err != nil {
			return sum, err
		}
		defer f.Close()
		h := sha256.New()
		_, err = io.Copy(h, f)
		return [sha256.Size]byte(h.Sum(nil)), err
	}
}

// read returns the graph once more, or an *ErrModelFile.
func (m *modelFile) read() (*nn.Graph, error) {
	info, err := m.file.Stat()
	if err == nil && (info.Size() != m.size || !info.ModTime().Equal(m.changed)) {
		return nil, &ErrModelFile{m.file.Name(), "has been written to since the session was opened: open it again, and put new models beside the old ones"}
	}
	var g *nn.Graph
	if err == nil {
		g, err = onnx.Read(m.file)
	}
	if err != nil {
		return nil, &ErrModelFile{m.file.Name(), "cannot be read again for inputs of other shapes: " + err.Error()}
	}
	return g, nil
}

// rereads reports whether the graph can be read once more.
func (m *modelFile) rereads() bool { return m != nil && m.file != nil }

func (m *modelFile) close() {
	if m.rereads() {
		m.file.Close()
		m.file = nil
	}
}
