package ocellus

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// Timings says what Detect spent its time on. Prepare, Infer and Decode are
// summed over the regions of the picture, which several threads may search at
// a time, so that together they may exceed Total, the time that passed.
type Timings struct {
	Prepare time.Duration // crop, resize, normalise
	Infer   time.Duration // the network
	Decode  time.Duration // outputs into detections, doubles suppressed
	Total   time.Duration
	Regions int // how often the network ran
}

// Detect finds the objects in a picture, best first, in pixels of the
// picture. Pictures larger than the model's reach are searched in tiles, see
// Tiling. The context is looked at between tiles. The error is an
// *ErrNotDetector, ErrClosed, the context's, or an *ErrInput for img.
func (s *Session) Detect(ctx context.Context, img *vision.Image) ([]vision.Detection, Timings, error) {
	start := time.Now()
	if s.find == nil {
		return nil, Timings{}, s.noDet
	}
	if s.isClosed() {
		return nil, Timings{}, ErrClosed
	}
	if img == nil || img.W < 1 || img.H < 1 || len(img.Pix)/3/img.W < img.H {
		return nil, Timings{}, &ErrInput{"picture", "it has no pixels, or fewer than its size says"}
	}
	sc := &search{det: s.find, ctx: ctx, img: img}
	found, err := sc.run()
	if err != nil {
		return nil, Timings{}, err
	}
	sc.spent.Total = time.Since(start)
	return found, sc.spent, nil
}

// detector is the part of a Session that Detect needs.
type detector struct {
	s       *Session
	plan    *plan.Plan
	pre     vision.Preprocess
	head    head.Config
	tiling  Tiling
	least   float32
	confirm float32 // least mean score of the second looks
	worth   float32 // least score of a detection that is reported

	mu   sync.Mutex
	idle []*engine
}

// engine is what one goroutine searches a region with.
type engine struct {
	runner  *plan.Runner
	prepare *vision.Preparer
	bytes   bool // that the preparer fills
	decode  head.Decoder
	outputs []head.Output
	dets    []vision.Detection
	nms     vision.Suppressor
}

func newDetector(s *Session) (*detector, error) {
	no := func(format string, args ...any) error {
		return &ErrNotDetector{s.graph.Name, fmt.Sprintf(format, args...)}
	}
	m, g := s.meta, s.graph
	switch {
	case m.Head == nil:
		return nil, no("its metadata has no ocellus.head, which says how its outputs are read, and the caller says nothing of it either")
	case len(g.Inputs) != 1:
		return nil, no("it has %d inputs, not one", len(g.Inputs))
	}
	d := &detector{s: s, pre: *m.Preprocess, head: *m.Head, tiling: s.opts.tiling, least: s.opts.least}
	d.confirm, d.worth = d.head.Confirm, d.head.Score
	if s.opts.hasScore {
		d.confirm, d.worth = s.opts.score, s.opts.score
		if d.tiling == TileOff || len(d.head.Looks) == 0 {
			d.head.Score = s.opts.score
		}
		// A candidate below the score may be above it at a second look, and
		// the other way round; but a low score must not be met in vain.
		d.head.Score = min(d.head.Score, s.opts.score)
	}
	name := g.ValueName(g.Inputs[0].Value)
	p, err := s.compile(plan.Bindings{Shapes: map[string]nn.Shape{name: inputShape(&d.pre)}})
	if err != nil {
		return nil, err
	}
	d.plan = p
	if in := p.Inputs(); len(in) != 1 || in[0].DType != nn.Float32 && in[0].Quant == nil {
		return nil, no("its input is not of float32")
	}
	for _, out := range p.Outputs() {
		if out.DType != nn.Float32 {
			return nil, no("its output %s is %v, not float32", out.Name, out.DType)
		}
	}
	decode, err := d.newDecoder(d.head)
	if err != nil {
		return nil, err
	}
	if n := decode.Classes(); len(m.Labels) > 0 && len(m.Labels) != n {
		return nil, &meta.ErrMeta{Key: meta.Prefix + "labels", Why: fmt.Sprintf("there are %d, but the outputs tell %d classes apart", len(m.Labels), n)}
	}
	return d, nil
}

func inputShape(p *vision.Preprocess) nn.Shape {
	if p.Layout == vision.NHWC {
		return nn.S(1, p.Height, p.Width, p.Channels())
	}
	return nn.S(1, p.Channels(), p.Height, p.Width)
}

func (d *detector) newDecoder(c head.Config) (head.Decoder, error) {
	outs := make([]head.Output, len(d.plan.Outputs()))
	for i, o := range d.plan.Outputs() {
		outs[i] = head.Output{Name: o.Name, Dims: slices.Clone(o.Shape.Slice())}
	}
	return head.New(c, head.Input{Width: d.pre.Width, Height: d.pre.Height}, outs)
}

func (d *detector) take() (*engine, error) {
	d.mu.Lock()
	if n := len(d.idle); n > 0 {
		e := d.idle[n-1]
		d.idle = d.idle[:n-1]
		d.mu.Unlock()
		return e, nil
	}
	d.mu.Unlock()
	return d.newEngine(d.head)
}

// newEngine returns an engine whose decoder is told c.
func (d *detector) newEngine(c head.Config) (*engine, error) {
	prepare, err := d.newPreparer()
	if err != nil {
		return nil, err
	}
	decode, err := d.newDecoder(c)
	if err != nil {
		return nil, err
	}
	return &engine{
		runner: d.plan.NewRunner(d.s.pool), prepare: prepare, bytes: d.plan.Inputs()[0].Quant != nil, decode: decode,
		outputs: make([]head.Output, len(d.plan.Outputs())),
	}, nil
}

// newPreparer returns what fills the plan's input in the form it asks for.
func (d *detector) newPreparer() (*vision.Preparer, error) {
	pre, port := d.pre, d.plan.Inputs()[0]
	if port.NHWC {
		pre.Layout = vision.NHWC
	}
	if port.Quant == nil {
		return vision.NewPreparer(pre)
	}
	return vision.NewBytePreparer(pre, port.Quant.Scale, port.Quant.Zero)
}

// fill makes the input of a region.
func (e *engine) fill(img *vision.Image, region vision.Box) (vision.Mapping, error) {
	if e.bytes {
		return e.prepare.FillBytes(e.runner.Input(0).U8(), img, region)
	}
	return e.prepare.Fill(e.runner.Input(0).F32(), img, region)
}

// give keeps an engine for the next picture, but no more than run at a time.
func (d *detector) give(e *engine) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.idle) < d.s.opts.threads {
		d.idle = append(d.idle, e)
	}
}

// search is the work on one picture.
type search struct {
	det *detector
	ctx context.Context
	img *vision.Image

	mu    sync.Mutex
	spent Timings
}

// run searches every region, and then merges what they found.
func (sc *search) run() ([]vision.Detection, error) {
	d := sc.det
	perTile, err := sc.scan(sc.regions())
	if err != nil {
		return nil, err
	}
	start := time.Now()
	found := merge(slices.Concat(perTile...), d.head.IoU)
	sc.spent.Decode += time.Since(start)
	if d.tiling != TileOff && len(d.head.Looks) > 0 {
		found = found[:min(len(found), maxCandidates)]
		if found, err = sc.confirm(found); err != nil {
			return nil, err
		}
		// Two candidates may have been views of one object.
		found = merge(found, d.head.IoU)
	}
	for i := range found {
		found[i].Label = d.s.meta.Label(found[i].Class)
		found[i].Box = found[i].Box.Clip(sc.img.Bounds())
	}
	return found, nil
}

// scan searches regions on as many goroutines as the session has threads.
// What it returns does not depend on their number.
func (sc *search) scan(regions []vision.Box) ([][]vision.Detection, error) {
	found := make([][]vision.Detection, len(regions))
	var next atomic.Int64
	var group sync.WaitGroup
	workers := min(sc.det.s.opts.threads, len(regions))
	errs := make([]error, workers)
	for w := range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			errs[w] = sc.work(regions, found, &next)
		}()
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

func (sc *search) work(regions []vision.Box, found [][]vision.Detection, next *atomic.Int64) error {
	e, err := sc.det.take()
	if err != nil {
		return err
	}
	defer sc.det.give(e)
	var spent Timings
	defer func() {
		sc.mu.Lock()
		defer sc.mu.Unlock()
		sc.spent.add(spent)
	}()
	for {
		i := int(next.Add(1)) - 1
		if i >= len(regions) {
			return nil
		}
		if err := sc.ctx.Err(); err != nil {
			return err
		}
		if found[i], err = sc.det.look(e, sc.img, regions[i], &spent); err != nil {
			return err
		}
	}
}

func (t *Timings) add(o Timings) {
	t.Prepare += o.Prepare
	t.Infer += o.Infer
	t.Decode += o.Decode
	t.Regions += o.Regions
}

// read makes detections of what the runner left, in pixels of the input,
// valid until the next call.
func (e *engine) read(nms vision.NMSConfig) []vision.Detection {
	ports := e.runner.Plan().Outputs()
	for i := range e.outputs {
		out := e.runner.Output(i)
		e.outputs[i] = head.Output{Name: ports[i].Name, Dims: out.Shape.Slice(), Data: out.F32()}
	}
	e.decode.Reset()
	e.dets = e.decode.Decode(e.dets[:0], e.outputs)
	return e.nms.Run(e.dets, nms)
}

// look searches one region. The detections are in pixels of the picture and
// belong to the caller.
func (d *detector) look(e *engine, img *vision.Image, region vision.Box, spent *Timings) ([]vision.Detection, error) {
	t0 := time.Now()
	at, err := e.fill(img, region)
	if err != nil {
		return nil, err
	}
	t1 := time.Now()
	if err := e.runner.Run(); err != nil {
		return nil, err
	}
	t2 := time.Now()
	var found []vision.Detection
	for _, det := range e.read(d.head.Suppression()) {
		det.Landmarks = slices.Clone(det.Landmarks)
		at.ApplyDetection(&det)
		if whole(det.Box, region, img.Bounds()) {
			found = append(found, det)
		}
	}
	spent.add(Timings{Prepare: t1.Sub(t0), Infer: t2.Sub(t1), Decode: time.Since(t2), Regions: 1})
	return found, nil
}
