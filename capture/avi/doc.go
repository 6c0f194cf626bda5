// Package avi reads and writes AVI files of JPEG pictures (Microsoft's RIFF
// with AVI, as OpenDML extends it for large files). A recording that was cut
// off, by power or a full disk, is read as far as it goes.
package avi

import "fmt"

// ErrFile says that a file is not an AVI of JPEG pictures, or is damaged.
type ErrFile struct {
	Offset int64 // where in the file
	Why    string
	Codec  string // what the pictures are coded with, if that is why; four characters
}

func (e *ErrFile) Error() string { return fmt.Sprintf("AVI: %s at byte %d", e.Why, e.Offset) }

// Header says what a file holds.
type Header struct {
	W, H int
	FPS  float64 // frames a second; 0: not told
}
