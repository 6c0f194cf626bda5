package ocellus

import (
	"errors"
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// ErrClosed is returned by a Session that has been closed.
var ErrClosed = errors.New("ocellus: the session is closed")

// ErrOption says that an option's value makes no sense.
type ErrOption struct{ Option, Why string }

func (e *ErrOption) Error() string { return "ocellus: " + e.Option + ": " + e.Why }

// ErrInput says that what was given for a model's input does not fit it.
type ErrInput struct {
	Input string
	Why   string
}

func (e *ErrInput) Error() string { return fmt.Sprintf("input %q: %s", e.Input, e.Why) }

// ErrModelFile says that the file of a session, which is read again for inputs of
// other shapes, is no longer what it was.
type ErrModelFile struct{ File, Why string }

func (e *ErrModelFile) Error() string { return e.File + ": " + e.Why }

// ErrNotDetector says why Detect cannot be used with a model.
type ErrNotDetector struct {
	Model string
	Why   string
}

func (e *ErrNotDetector) Error() string {
	return fmt.Sprintf("model %s is no detector: %s; models that are come from the command ocellus-host models fetch", e.Model, e.Why)
}

// ErrNotClassifier says why Classify cannot be used with a model.
type ErrNotClassifier struct {
	Model string
	Why   string
}

func (e *ErrNotClassifier) Error() string {
	return fmt.Sprintf("model %s is no classifier: %s; models that are come from the command ocellus-host train", e.Model, e.Why)
}

// waitsForInputs reports whether a model could not be compiled only because
// it leaves open what its inputs will settle.
func waitsForInputs(err error) bool {
	var binding *plan.ErrBinding
	var unbound *nn.ErrUnbound
	return errors.As(err, &binding) || errors.As(err, &unbound) && unbound.Input != ""
}
