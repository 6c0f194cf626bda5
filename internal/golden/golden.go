// Package golden holds known answers of models: inputs that a seed makes, and
// what the model gave for them where it was written. They lie in the model's
// metadata, under ocellus.golden, for a device to be held against.
package golden

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/splitmix"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// Golden is the value of ocellus.golden.
type Golden struct {
	Seed   uint64  `json:"seed"`
	Inputs []Input `json:"inputs"`
	// Tolerance is how far a sample or a norm may be off, as a share of its
	// own size and, for a sample, that of a usual element.
	Tolerance float64  `json:"tolerance"`
	Outputs   []Output `json:"outputs"`
	// Integers is the digest of what Integers gives, where that is exact.
	Integers string `json:"integers,omitempty"`
}

// Input is an input of the model and the shape that it had.
type Input struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// Output is what is kept of an output: of numbers that are not float32, the
// shape alone.
type Output struct {
	Name    string    `json:"name"`
	Shape   []int     `json:"shape"`
	Norm    float64   `json:"norm,omitempty"`
	Samples []float32 `json:"samples,omitempty"` // elements that the seed chooses
}

// ErrGolden says that a model has no known answers, or gives others.
type ErrGolden struct {
	Output string // empty where it is about the model
	Why    string
}

func (e *ErrGolden) Error() string {
	if e.Output == "" {
		return e.Why
	}
	return fmt.Sprintf("output %q %s", e.Output, e.Why)
}

const (
	seed = 1
	// rounding is the tolerance for floats, which depend on the order of sums.
	rounding = 1e-3
	// flips is that of a network in integers that computes some of them in
	// floats: there rounding may decide for the integer beside.
	flips = 0.1
	// samples is how many elements are kept of an output.
	samples = 16
)

// Make runs g, of metadata m, and returns what Check is to find again. The
// error is an *ErrGolden for a model whose inputs cannot be made up or whose
// outputs are not finite, or that of plan.Compile.
func Make(g *nn.Graph, m *meta.Model, b plan.Bindings, opts ...plan.Option) (*Golden, error) {
	r := &Golden{Seed: seed, Tolerance: rounding}
	outputs, err := r.run(g, m, b, opts)
	if err != nil {
		return nil, err
	}
	for _, t := range outputs {
		o, err := r.digest(t.name, t.Tensor)
		if err != nil {
			return nil, err
		}
		r.Outputs = append(r.Outputs, *o)
	}
	if inner := Integers(g); inner != nil {
		if r.Integers, err = r.integers(inner, m, b, opts); err != nil {
			return nil, err
		}
		if r.Integers == "" {
			r.Tolerance = flips
		}
	}
	return r, nil
}

// Parse reads the value of ocellus.golden.
func Parse(text json.RawMessage) (*Golden, error) {
	r := &Golden{}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, &ErrGolden{Why: fmt.Sprintf("ocellus.golden cannot be read: %v", err)}
	}
	if !(r.Tolerance > 0) || len(r.Outputs) == 0 || len(r.Inputs) == 0 {
		return nil, &ErrGolden{Why: "ocellus.golden lacks inputs, outputs or tolerance"}
	}
	return r, nil
}

// JSON returns what Parse reads.
func (r *Golden) JSON() (json.RawMessage, error) { return json.Marshal(r) }

// Check runs g, of metadata m, and holds it against r. The errors are
// *ErrGolden for each output that is another, joined, and those of
// plan.Compile.
func (r *Golden) Check(g *nn.Graph, m *meta.Model, opts ...plan.Option) error {
	b := plan.Bindings{Shapes: map[string]nn.Shape{}}
	for _, in := range r.Inputs {
		s, err := nn.NewShape(in.Shape...)
		if err != nil {
			return &ErrGolden{Why: fmt.Sprintf("ocellus.golden has input %q of shape %v: %v", in.Name, in.Shape, err)}
		}
		b.Shapes[in.Name] = s
	}
	again := &Golden{Seed: r.Seed}
	outputs, err := again.run(g, m, b, opts)
	if err != nil {
		return err
	}
	if len(outputs) != len(r.Outputs) {
		return &ErrGolden{Why: fmt.Sprintf("the model has %d outputs, ocellus.golden %d", len(outputs), len(r.Outputs))}
	}
	var errs []error
	for i, t := range outputs {
		errs = append(errs, r.compare(&r.Outputs[i], again, t))
	}
	if r.Integers != "" {
		inner := Integers(g)
		if inner == nil {
			return &ErrGolden{Why: "ocellus.golden has integers, and the model none"}
		}
		got, err := again.integers(inner, m, b, opts)
		if err == nil && got != r.Integers {
			err = &ErrGolden{Why: "integers differ from those that every CPU gives"}
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// compare holds an output against what is kept of it.
func (r *Golden) compare(want *Output, again *Golden, t result) error {
	got, err := again.digest(want.Name, t.Tensor)
	switch {
	case err != nil:
		return err
	case t.name != want.Name:
		return &ErrGolden{Output: want.Name, Why: fmt.Sprintf("is called %q", t.name)}
	case fmt.Sprint(got.Shape) != fmt.Sprint(want.Shape) || len(got.Samples) != len(want.Samples):
		return &ErrGolden{Output: want.Name, Why: fmt.Sprintf("has shape %v, want %v", got.Shape, want.Shape)}
	case !(math.Abs(got.Norm-want.Norm) <= r.Tolerance*want.Norm):
		return &ErrGolden{Output: want.Name, Why: fmt.Sprintf("has length %v, want %v", got.Norm, want.Norm)}
	}
	usual := want.Norm / math.Sqrt(float64(max(1, t.Elems())))
	for i, w := range want.Samples {
		if d := math.Abs(float64(got.Samples[i]) - float64(w)); !(d <= r.Tolerance*(math.Abs(float64(w))+usual)) {
			return &ErrGolden{Output: want.Name, Why: fmt.Sprintf("has %v where %v is expected", got.Samples[i], w)}
		}
	}
	return nil
}

// digest is what is kept of an output.
func (r *Golden) digest(name string, t *nn.Tensor) (*Output, error) {
	o := &Output{Name: name, Shape: append([]int{}, t.Shape.Slice()...)}
	if t.DType != nn.Float32 || t.Elems() == 0 {
		return o, nil
	}
	sum := 0.0
	for _, v := range t.F32() {
		sum += float64(v) * float64(v)
	}
	if math.IsNaN(sum) || math.IsInf(sum, 0) {
		return nil, &ErrGolden{Output: name, Why: "is not finite"}
	}
	o.Norm = math.Sqrt(sum)
	for i := range samples {
		o.Samples = append(o.Samples, t.F32()[splitmix.Mix(r.Seed+uint64(i))%uint64(t.Elems())])
	}
	return o, nil
}
