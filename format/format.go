// Package format holds what the readers of saved forms share.
package format

import "fmt"

// ErrCorrupt says that a file is damaged: cut short, or not what it claims to
// be. A file that is whole but asks for what Ocellus does not do is an
// *nn.ErrUnsupported instead.
type ErrCorrupt struct {
	File   string // name of the file, for messages
	Offset int64  // byte at which reading failed
	Why    string
}

func (e *ErrCorrupt) Error() string {
	return fmt.Sprintf("%s: corrupt at byte %d: %s", e.File, e.Offset, e.Why)
}
