package plan

import (
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// Bindings settle at Compile what a graph leaves open.
type Bindings struct {
	// Dims gives the sizes of symbolic dimensions, by name.
	Dims map[string]int
	// Shapes gives whole shapes, by input name. They must agree with what
	// the graph declares.
	Shapes map[string]nn.Shape
	// Values gives the values of inputs that decide shapes, by input name.
	// Such an input is a constant of the plan and no longer an input.
	Values map[string]*nn.Tensor
}

// Port is an input or output of a plan. Its shape is in logical order, row
// by row. What follows is set by WithInputsAsRead alone.
type Port struct {
	Name string
	nn.Type
	NHWC  bool          // a picture that the graph has as NCHW; the shape is in the order wanted
	Quant *Quantisation // bytes in place of float32, with this meaning; nil for all else
}

// Stats are the figures of a plan.
type Stats struct {
	Steps       int
	MACs        int64 // multiply-accumulates of convolutions and products in one Run
	Params      int   // elements of the graph's float constants
	ArenaBytes  int   // working memory of one Runner
	WeightBytes int   // constants as the plan holds them: packed and folded
	TableBytes  int   // offsets of the indirect kernels
}

// StepInfo describes one step of a plan.
type StepInfo struct {
	Node    string   // name of the graph's node; of the last one where several are fused
	Fused   []string // names of the other nodes that this step does as well
	Op      string   // ONNX operator of the first of them
	Kernel  string   // row that computes it; "nn" for the plain form of package nn
	Layout  string   // how rank-4 results are stored: "NHWC" or "" for row-major
	In      []nn.Shape
	Out     []nn.Shape // as stored
	MACs    int64
	Integer bool // computes on bytes rather than on floats
	Bytes   int  // read and written by one Run: operands, results and weights, each once
}

// Plan is a compiled graph. It is immutable.
type Plan struct {
	name    string
	inputs  []Port
	outputs []Port
	inVal   []int // value of each input
	outVal  []int
	vals    []value
	steps   []step
	infos   []StepInfo
	memory  memory
	stats   Stats
	exact   bool
}

// Option changes how Compile works.
type Option func(*options)

type options struct {
	features    kernels.Features
	featuresErr error
	maxBytes    int
	asRead      bool
	takesGraph  bool
}

// WithFeatures chooses kernels by these features instead of
// kernels.Available().
func WithFeatures(f kernels.Features) Option {
	return func(o *options) { o.features, o.featuresErr = f, nil }
}

// WithMemoryLimit sets the largest arena, in bytes, that Compile accepts, and
// the most that folded constants may take together. The default is 1 GiB.
func WithMemoryLimit(bytes int) Option { return func(o *options) { o.maxBytes = bytes } }

// WithGraphTaken gives the graph to Compile. Once its nodes are known to fit
// together its constants are taken out of it, and each is let go of when it is
// packed, so that weights are held in one form alone. The graph is not to be
// used again, unless an *nn.ErrUnbound or an *ErrBinding asks for more: then
// it is whole.
func WithGraphTaken() Option { return func(o *options) { o.takesGraph = true } }

// Compile makes a plan of g for inference. A batch dimension (dimension 0)
// that is symbolic and not bound is 1; any other is an *ErrBinding. Errors of
// nodes are *nn.ErrShape, *nn.ErrUnsupported and *nn.ErrUnbound.
func Compile(g *nn.Graph, b Bindings, opts ...Option) (*Plan, error) {
	o := options{maxBytes: 1 << 30}
	o.features, o.featuresErr = kernels.Available()
	for _, set := range opts {
		set(&o)
	}
	if o.featuresErr != nil {
		return nil, o.featuresErr
	}
	p, err := bind(g, b)
	if err != nil {
		return nil, err
	}
	p.maxFold = o.maxBytes
	if err := p.infer(g); err != nil {
		return nil, err
	}
	params := g.Params()
	if o.takesGraph {
		p.takeConstants(g)
	}
	p.splitTransposed()
	p.integerise()
	p.fuseSlopes()
	p.fuseTables()
	p.integeriseDynamic()
	if err := p.foldLeft(); err != nil {
		return nil, err
	}
	p.simplify()
	p.selectChannels()
	p.absorbChoices()
	p.fuse()
	if err := p.assignLayouts(); err != nil {
		return nil, err
	}
	if o.asRead {
		p.adoptInputs()
	}
	p.readPlanes()
	lowered, err := p.lower(params, &o)
	if err == nil {
		lowered.exact = p.exact()
	}
	return lowered, err
}

// Inputs returns the inputs that a Runner wants filled, in the graph's order.
func (p *Plan) Inputs() []Port { return p.inputs }

// Outputs returns the outputs in the graph's order.
func (p *Plan) Outputs() []Port { return p.outputs }

// Stats returns the plan's figures.
func (p *Plan) Stats() Stats { return p.stats }

// Steps describes the steps in the order in which they run.
func (p *Plan) Steps() []StepInfo { return p.infos }
