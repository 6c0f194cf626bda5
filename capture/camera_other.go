//go:build !linux

package capture

import "errors"

func openCamera(spec, _ string, _ Options) (Source, error) {
	return nil, cameraError(spec, errors.ErrUnsupported)
}

func cameraError(source string, err error) *ErrCapture {
	return &ErrCapture{Source: source, Reason: Unsupported, Why: "cameras are read on Linux only", Cure: "another kind of source", Err: err}
}
