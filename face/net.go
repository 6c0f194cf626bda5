package face

import (
	"fmt"
	"slices"
	"sync"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// net is a network that takes one upright face and gives one list of numbers.
type net struct {
	plan *plan.Plan
	pool *plan.Pool
	pre  vision.Preprocess
	n    int // numbers that come out

	mu   sync.Mutex
	idle []*worker
}

// worker is what one goroutine runs the network with.
type worker struct {
	runner *plan.Runner
	warper *vision.Warper
	bytes  bool // that the warper fills
}

func newNet(g *nn.Graph, m *meta.Model, part string, pool *plan.Pool, opts []plan.Option) (*net, error) {
	no := func(format string, args ...any) error { return &ErrModel{g.Name, part, fmt.Sprintf(format, args...)} }
	switch {
	case m.Preprocess == nil:
		return nil, no("its metadata has no ocellus.preprocess")
	case len(g.Inputs) != 1 || len(g.Outputs) != 1:
		return nil, no("it has %d inputs and %d outputs, not one of each", len(g.Inputs), len(g.Outputs))
	}
	pre := *m.Preprocess
	shape := nn.S(1, pre.Channels(), pre.Height, pre.Width)
	if pre.Layout == vision.NHWC {
		shape = nn.S(1, pre.Height, pre.Width, pre.Channels())
	}
	p, err := plan.Compile(g, plan.Bindings{Shapes: map[string]nn.Shape{g.ValueName(g.Inputs[0].Value): shape}},
		append(slices.Clone(opts), plan.WithInputsAsRead())...)
	if err != nil {
		return nil, err
	}
	in, out := p.Inputs(), p.Outputs()[0]
	if len(in) != 1 || in[0].DType != nn.Float32 && in[0].Quant == nil || out.DType != nn.Float32 {
		return nil, no("it does not take and give float32")
	}
	return &net{plan: p, pool: pool, pre: pre, n: out.Shape.Elems()}, nil
}

func (n *net) take() (*worker, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if last := len(n.idle) - 1; last >= 0 {
		w := n.idle[last]
		n.idle = n.idle[:last]
		return w, nil
	}
	warper, err := n.newWarper()
	if err != nil {
		return nil, err
	}
	return &worker{n.plan.NewRunner(n.pool), warper, n.plan.Inputs()[0].Quant != nil}, nil
}

// newWarper returns what fills the plan's input in the form it asks for.
func (n *net) newWarper() (*vision.Warper, error) {
	pre, port := n.pre, n.plan.Inputs()[0]
	if port.NHWC {
		pre.Layout = vision.NHWC
	}
	if port.Quant == nil {
		return vision.NewWarper(pre)
	}
	return vision.NewByteWarper(pre, port.Quant.Scale, port.Quant.Zero)
}

// give keeps a worker for the next face, but no more than run at a time.
func (n *net) give(w *worker) {
	most := 1
	if n.pool != nil {
		most = n.pool.Threads()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.idle) < most {
		n.idle = append(n.idle, w)
	}
}

// scope is the part of a picture that is at hand, and where its first pixel
// lies. Maps and landmarks are in pixels of the whole picture all the same.
type scope struct {
	img  *vision.Image
	x, y int
}

// whole is the scope of a picture in memory.
func whole(img *vision.Image) scope { return scope{img: img} }

// from takes a map to the picture to one to what is at hand.
func (s scope) from(at vision.Affine) vision.Affine {
	at.X0 -= float64(s.x)
	at.Y0 -= float64(s.y)
	return at
}

// run returns what the network makes of the part of a picture that at leads
// to; it is valid until the worker's next run.
func (w *worker) run(s scope, at vision.Affine) ([]float32, error) {
	if err := w.fill(s.img, s.from(at)); err != nil {
		return nil, err
	}
	if err := w.runner.Run(); err != nil {
		return nil, err
	}
	return w.runner.Output(0).F32(), nil
}

func (w *worker) fill(img *vision.Image, at vision.Affine) error {
	if w.bytes {
		return w.warper.FillBytes(w.runner.Input(0).U8(), img, at)
	}
	return w.warper.Fill(w.runner.Input(0).F32(), img, at)
}
