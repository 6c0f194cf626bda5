package data

import "errors"

// skipper keeps what is left out of a set, or refuses it.
type skipper struct {
	strict bool
	list   []error
}

// skip leaves something out. With strict the error comes back.
func (s *skipper) skip(err error) error {
	if s.strict {
		return err
	}
	s.list = append(s.list, err)
	return nil
}

// none is the error of a set of which nothing is left: the reason of the first
// that was left out, where there is one.
func (s *skipper) none(name string) error {
	if len(s.list) == 0 {
		return bad(name, 0, "holds no picture")
	}
	return &ErrFile{File: name, Why: "holds no picture that can be used; the first of those left out: " + s.list[0].Error(), Err: errors.Join(s.list[:min(len(s.list), 10)]...)}
}
