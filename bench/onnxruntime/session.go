package onnxruntime

import (
	"errors"
	"fmt"
	"runtime"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/ocellus-vision/ocellus/nn"
)

// Session is one model with its inputs. It is for one goroutine.
type Session struct {
	session *ort.DynamicAdvancedSession
	inputs  []ort.Value
	names   []string // of the outputs
	outputs []ort.Value
	pinned  runtime.Pinner
}

// config is how every session runs: on one thread, which never spins.
var config = map[string]string{
	"session.intra_op.allow_spinning": "0",
	"session.inter_op.allow_spinning": "0",
}

// Settings says how sessions run, for people.
const Settings = "all graph optimisations, one thread, spinning off, outputs preallocated"

// Load reads the ONNX file at path and binds its inputs, by name, to tensors
// of their types. The tensors' memory is read at every Run.
func (l *Library) Load(path string, inputs map[string]*nn.Tensor) (*Session, error) {
	return l.load(path, inputs, "")
}

// load writes a profile to a file whose name begins with profile, unless that
// is empty.
func (l *Library) load(path string, inputs map[string]*nn.Tensor, profile string) (*Session, error) {
	s := &Session{}
	if err := s.open(path, inputs, profile); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: ONNX Runtime: %w", path, err), s.Close())
	}
	return s, nil
}

func (s *Session) open(path string, inputs map[string]*nn.Tensor, profile string) error {
	ins, outs, err := ort.GetInputOutputInfo(path)
	if err != nil {
		return err
	}
	var names []string
	for _, in := range ins {
		t := inputs[in.Name]
		if t == nil {
			return fmt.Errorf("input %q has no value", in.Name)
		}
		v, err := s.value(t)
		if err != nil {
			return fmt.Errorf("input %q: %w", in.Name, err)
		}
		names, s.inputs = append(names, in.Name), append(s.inputs, v)
	}
	for _, out := range outs {
		s.names = append(s.names, out.Name)
	}
	s.outputs = make([]ort.Value, len(outs))
	o, err := options(profile)
	if err != nil {
		return err
	}
	defer o.Destroy()
	s.session, err = ort.NewDynamicAdvancedSession(path, names, s.names, o)
	return err
}

func options(profile string) (*ort.SessionOptions, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	steps := []func() error{
		func() error { return o.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll) },
		func() error { return o.SetExecutionMode(ort.ExecutionModeSequential) },
		func() error { return o.SetIntraOpNumThreads(1) },
		func() error { return o.SetInterOpNumThreads(1) },
	}
	for key, value := range config {
		steps = append(steps, func() error { return o.AddSessionConfigEntry(key, value) })
	}
	if profile != "" {
		steps = append(steps, func() error { return o.EnableProfiling(profile) })
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, errors.Join(err, o.Destroy())
		}
	}
	return o, nil
}

var elementTypes = map[nn.DType]ort.TensorElementDataType{
	nn.Float32: ort.TensorElementDataTypeFloat,
	nn.Float16: ort.TensorElementDataTypeFloat16,
	nn.Float64: ort.TensorElementDataTypeDouble,
	nn.Int8:    ort.TensorElementDataTypeInt8,
	nn.Uint8:   ort.TensorElementDataTypeUint8,
	nn.Int32:   ort.TensorElementDataTypeInt32,
	nn.Int64:   ort.TensorElementDataTypeInt64,
	nn.Bool:    ort.TensorElementDataTypeBool,
}

// value lays an input of ONNX Runtime over the memory of t, which the library
// keeps a pointer to until Close.
func (s *Session) value(t *nn.Tensor) (ort.Value, error) {
	if t.Shape.Rank == 0 || t.Elems() == 0 {
		return nil, fmt.Errorf("shape %v is beyond the binding of ONNX Runtime, which wants elements along dimensions", t.Shape)
	}
	kind, ok := elementTypes[t.DType]
	if !ok {
		return nil, fmt.Errorf("type %v is not known here", t.DType)
	}
	dims := make(ort.Shape, t.Shape.Rank)
	for i, d := range t.Shape.Slice() {
		dims[i] = int64(d)
	}
	s.pinned.Pin(&t.Bytes()[0])
	return ort.NewCustomDataTensor(dims, t.Bytes(), kind)
}

// Run computes the outputs. The first Run also makes memory for them, which
// those that follow use again.
func (s *Session) Run() error {
	err := s.session.Run(s.inputs, s.outputs)
	if err != nil {
		// The binding may leave typed nils behind, on which Destroy panics.
		clear(s.outputs)
	}
	return err
}

// Output returns the output of that name as the last Run left it.
func (s *Session) Output(name string) (*nn.Tensor, error) {
	for i, n := range s.names {
		if n == name {
			t, err := tensorOf(s.outputs[i])
			if err != nil {
				return nil, fmt.Errorf("ONNX Runtime: output %q: %w", name, err)
			}
			return t, nil
		}
	}
	return nil, fmt.Errorf("ONNX Runtime has no output %q; it has %q", name, s.names)
}

func tensorOf(v ort.Value) (*nn.Tensor, error) {
	dims := make([]int, len(v.GetShape()))
	for i, d := range v.GetShape() {
		dims[i] = int(d)
	}
	switch t := v.(type) {
	case *ort.Tensor[float32]:
		return nn.FromSlice(t.GetData(), dims...)
	case *ort.Tensor[float64]:
		return nn.FromSlice(t.GetData(), dims...)
	case *ort.Tensor[int8]:
		return nn.FromSlice(t.GetData(), dims...)
	case *ort.Tensor[uint8]:
		return nn.FromSlice(t.GetData(), dims...)
	case *ort.Tensor[int32]:
		return nn.FromSlice(t.GetData(), dims...)
	case *ort.Tensor[int64]:
		return nn.FromSlice(t.GetData(), dims...)
	case *ort.Tensor[bool]:
		return nn.FromSlice(t.GetData(), dims...)
	}
	return nil, fmt.Errorf("is a %T, which cannot be compared", v)
}

// Close gives everything back. The outputs are no longer to be read.
func (s *Session) Close() error {
	var errs []error
	if s.session != nil {
		errs = append(errs, s.session.Destroy())
		s.session = nil
	}
	for _, values := range [][]ort.Value{s.inputs, s.outputs} {
		for _, v := range values {
			if v != nil {
				errs = append(errs, v.Destroy())
			}
		}
	}
	s.inputs, s.outputs = nil, nil
	s.pinned.Unpin()
	return errors.Join(errs...)
}
