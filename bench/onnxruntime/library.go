// Package onnxruntime runs ONNX files in ONNX Runtime, in this process, on the
// calling thread: the peer that Ocellus is held against.
package onnxruntime

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	ort "github.com/yalue/onnxruntime_go"
)

// Release is the release of npm's onnxruntime-node whose library is fetched.
const Release = "1.30.0"

// Library is ONNX Runtime, loaded. There is one a process.
type Library struct{}

// Present fails, saying how to get it, where there is no library at path.
func Present(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("ONNX Runtime %s is not on this machine: %w\nTo fetch it with npm (110 MB), run: scripts/onnxruntime.sh", Release, err)
	}
	return nil
}

// Open loads the shared library at path.
func Open(path string) (*Library, error) {
	if err := Present(path); err != nil {
		return nil, err
	}
	ort.SetSharedLibraryPath(path)
	// Errors come back from the calls; warnings concern initialisers that nothing
	// reads and the like.
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return nil, fmt.Errorf("%s cannot be loaded: %w", path, err)
	}
	return &Library{}, nil
}

// Version returns the version that the library states.
func (l *Library) Version() string { return ort.GetVersion() }

// Close unloads the library. All sessions must be closed before.
func (l *Library) Close() error { return ort.DestroyEnvironment() }
