package vision

// ErrImage says that a picture could not be read or written, why, and, where
// something can be done about it, what.
type ErrImage struct {
	File string // as the caller named it
	Why  string // what is wrong
	Cure string // what to do about it; may be empty
	Err  error  // the cause beneath; may be nil
}

func (e *ErrImage) Error() string {
	s := e.File + ": " + e.Why
	if e.Cure != "" {
		s += "; " + e.Cure
	}
	return s
}

// Unwrap returns the cause beneath, for errors.Is with fs.ErrNotExist and
// the like.
func (e *ErrImage) Unwrap() error { return e.Err }
