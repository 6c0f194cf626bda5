package main

import (
	"errors"
	"fmt"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// trainSets are the parts of a data set.
type trainSets struct {
	learn, validate *data.Labelled
	test            *data.Labelled // nil where the set has none
	noTest          error          // why
}

// openTrainSets opens the parts of a set. What it has of its own is taken for
// validation.
func openTrainSets(spec string, strict bool) (s trainSets, err error) {
	o := data.Options{Strict: strict}
	if s.learn, err = data.OpenLabelled(spec, data.Train, o); err != nil {
		return s, err
	}
	if len(s.learn.Classes) < 2 {
		return s, &data.ErrFile{File: spec, Why: fmt.Sprintf("has %d class, and two at least are needed to tell apart", len(s.learn.Classes))}
	}
	if s.test, err = data.OpenLabelled(spec, data.Test, o); err != nil {
		if strict && !errors.As(err, new(*data.ErrFile)) {
			return s, err
		}
		s.test, s.noTest = nil, err
	}
	// Only folders may have a part of their own for validation; where it is that
	// for the test as well, it stays unseen until then.
	if s.learn.Kind == "folders" {
		s.validate, _ = data.OpenLabelled(spec, data.Val, o)
	}
	if s.validate != nil && (s.validate.Len() == 0 || s.test != nil && s.validate.Source == s.test.Source) {
		s.validate = nil
	}
	for _, part := range []*data.Labelled{s.validate, s.test} {
		if part != nil && len(part.Classes) > len(s.learn.Classes) {
			return s, &data.ErrFile{File: spec, Why: fmt.Sprintf("has %d classes to be judged by and %d to learn from", len(part.Classes), len(s.learn.Classes))}
		}
	}
	return s, nil
}

// split cuts a share off what is learned from, for validation, where there is
// nothing for that yet.
func (s *trainSets) split(share float64, seed uint64) error {
	if !(share >= 0 && share < 1) {
		return cli.Usagef("--validation %v is outside 0 up to 1", share)
	}
	if s.validate == nil {
		s.learn, s.validate = s.learn.Split(share, seed)
	}
	return nil
}

// tell names what is left out, and why there is no test.
func (s *trainSets) tell(env *cli.Env) {
	tellSkipped(env, "set", append(append([]error{}, s.learn.Skipped...), skippedOf(s.test)...))
	if s.test == nil {
		env.Notef("no test pictures, so that the result is judged by validation alone (%v)\n", s.noTest)
	}
}

func skippedOf(s *data.Labelled) []error {
	if s == nil {
		return nil
	}
	return s.Skipped
}

// shownSkipped is how many pictures that are left out are named one by one.
const shownSkipped = 10

func tellSkipped(env *cli.Env, where string, errs []error) {
	for i, err := range errs {
		if i == shownSkipped {
			env.Notef("and %d more\n", len(errs)-i)
			break
		}
		env.Notef("left out of the %s: %v\n", where, err)
	}
}
