package conformance

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/nn"
)

// Verdict says how a case went.
type Verdict uint8

// The verdicts.
const (
	Passed Verdict = iota
	Failed
	Unsupported // refused by name, at load or Compile
)

var verdictNames = [...]string{"passed", "FAILED", "unsupported"}

func (v Verdict) String() string { return verdictNames[v] }

// Result is the verdict on a case and the reason for it.
type Result struct {
	Verdict Verdict
	Why     error // nil when passed
}

// An engine computes the outputs of g, in order, from its inputs by name.
type engine func(g *nn.Graph, in map[string]*nn.Tensor) ([]*nn.Tensor, error)

// Run loads the model, compiles it for each data set, runs it and compares.
func (c *Case) Run() Result { return dispute(c.Name, c.run(compiled)) }

func (c *Case) run(e engine) (r Result) {
	defer func() {
		// A panic is a fault to report like any other wrong answer, and
		// the cases after it are still worth running.
		if p := recover(); p != nil {
			r = Result{Failed, fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	g, err := onnx.ReadFile(c.Model)
	if err != nil {
		return verdict(err)
	}
	for i := range c.Sets {
		if err := c.Sets[i].run(g, e); err != nil {
			if len(c.Sets) > 1 {
				err = fmt.Errorf("data set %d: %w", i, err)
			}
			return verdict(err)
		}
	}
	return Result{}
}

// verdict tells what is refused by name from what went wrong.
func verdict(err error) Result {
	var refused *nn.ErrUnsupported
	var unbound *nn.ErrUnbound
	if errors.As(err, &refused) || errors.As(err, &unbound) {
		return Result{Unsupported, err}
	}
	return Result{Failed, err}
}

func (s *DataSet) run(g *nn.Graph, e engine) error {
	in, err := s.inputs(g)
	if err != nil {
		return err
	}
	var want []*nn.Tensor // read first: an element type we lack refuses the case
	for _, file := range s.Outputs {
		if file == "" {
			return fmt.Errorf("an expected output is lacking")
		}
		_, t, err := readTensor(file)
		if err != nil {
			return err
		}
		want = append(want, t)
	}
	if len(want) == 0 || len(want) > len(g.Outputs) {
		return fmt.Errorf("%d outputs are expected of a model that has %d", len(want), len(g.Outputs))
	}
	got, err := e(g, in)
	if err != nil {
		return err
	}
	for i := range want {
		if err := compare(got[i], want[i]); err != nil {
			return fmt.Errorf("output %q %w", g.ValueName(g.Outputs[i]), err)
		}
	}
	return nil
}

// inputs reads the inputs and gives each its name: the one in the file where
// the model has such an input, else that of the input of the same number.
func (s *DataSet) inputs(g *nn.Graph) (map[string]*nn.Tensor, error) {
	in := map[string]*nn.Tensor{}
	known := map[string]bool{}
	for _, x := range g.Inputs {
		known[g.ValueName(x.Value)] = true
	}
	for k, file := range s.Inputs {
		if file == "" {
			continue
		}
		name, t, err := readTensor(file)
		if err != nil {
			return nil, err
		}
		if !known[name] && k < len(g.Inputs) {
			name = g.ValueName(g.Inputs[k].Value)
		}
		in[name] = t
	}
	for _, x := range g.Inputs {
		name := g.ValueName(x.Value)
		if in[name] == nil && s.Ramp {
			t, err := ramp(x)
			if err != nil {
				return nil, fmt.Errorf("input %q: %w", name, err)
			}
			in[name] = t
		}
		if in[name] == nil {
			return nil, fmt.Errorf("no data for input %q", name)
		}
	}
	return in, nil
}

// ramp returns i/n for each element i of n, with 1 for an unknown dimension,
// as the ONNX project's own runner makes it.
func ramp(x nn.Input) (*nn.Tensor, error) {
	dims := make([]int, len(x.Dims))
	for i, d := range x.Dims {
		if dims[i] = d.Size; d.Size < 0 {
			dims[i] = 1
		}
	}
	shape, err := nn.NewShape(dims...)
	if err != nil || x.DType != nn.Float32 {
		return nil, fmt.Errorf("no ramp of %v %v", x.DType, dims)
	}
	t := nn.NewTensor(nn.Float32, shape)
	v := t.F32()
	for i := range v {
		v[i] = float32(float64(i) / float64(len(v)))
	}
	return t, nil
}

func readTensor(file string) (string, *nn.Tensor, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", nil, err
	}
	return onnx.DecodeTensor(filepath.Base(file), data)
}
