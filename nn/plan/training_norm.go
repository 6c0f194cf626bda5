package plan

import (
	"math"
	"unsafe"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// normStep is a batch normalisation that normalises by the batch: S. Ioffe and
// C. Szegedy, "Batch Normalization" (2015). Rows are pixels, columns channels.
// Sums are taken of ChannelSumRows rows at a time, about the mean of those,
// and joined in float64, always in the same order.
type normStep struct {
	op       *nn.BatchNormalization
	fn       *kernels.ChannelsF32
	x, out   int
	scale, b int // values: parameters or constants
	mean, v  int // running statistics: indices into Trainer.statistics, or none
	trainer  *Trainer
	rows, c  int
	rectifier

	// What Backward needs to know of Forward, and the sums of pieces of rows.
	saved *normState
}

// normState belongs to one batch normalisation of a Trainer.
type normState struct {
	mean, inv []float64 // of the batch: mean and 1/√(variance + ε)
	mean32    []float32
	parts     []float32 // [piece][2][c]
	u, v, w   []float32 // vectors of the second pass
}

func (l *trainLowering) norm(i int, n *node, op *nn.BatchNormalization) error {
	s, err := l.normOf(n, op)
	if err != nil {
		return err
	}
	if s == nil { // frozen: as in inference
		l.goForward(l.forward(i, n))
		return nil
	}
	l.norms[n] = s
	l.goForward(&normMoments{s}, &normApply{s})
	return nil
}

// normOf returns the step of a normalisation that trains, nil for one whose
// parameters are constants: that goes by its running statistics.
func (l *trainLowering) normOf(n *node, op *nn.BatchNormalization) (*normStep, error) {
	if !l.normTrains(n) {
		return nil, nil
	}
	t := &l.vals[n.in[0]]
	shape := t.typ.Shape
	if shape.Rank != 2 && !t.nhwc {
		return nil, nn.Unsupportedf("X", "training normalises pictures of float32 and rows, not %v", shape)
	}
	c := shape.Dims[shape.Rank-1]
	s := &normStep{op: op, fn: l.learn.channels, x: n.in[0], out: n.out[0], scale: n.in[1], b: n.in[2],
		mean: l.statistic(n.in[3]), v: l.statistic(n.in[4]), trainer: l.trainer, rows: shape.Elems() / c, c: c,
		rectifier: n.rectifier()}
	state := &normState{mean: make([]float64, c), inv: make([]float64, c), mean32: make([]float32, c),
		u: make([]float32, c), v: make([]float32, c), w: make([]float32, c), parts: make([]float32, 2*c*s.pieces())}
	s.saved = state
	return s, nil
}

// statistic has a constant be a statistic of the trainer, and returns its
// index; none for what is no constant.
func (l *trainLowering) statistic(id int) int {
	if i, ok := l.statistics[id]; ok {
		return i
	}
	t := l.konst(id)
	if t == nil || t.DType != nn.Float32 {
		return none
	}
	l.statistics[id] = len(l.trainer.statistics)
	l.trainer.statistics = append(l.trainer.statistics, Statistic{l.vals[id].name, t.Clone()})
	return l.statistics[id]
}

// isTrainedNorm reports whether n is a batch normalisation of pictures that
// trains.
func (p *program) isTrainedNorm(n *node) bool {
	return p.normTrains(n) && p.vals[n.in[0]].logical.Rank == 4
}

// normTrains reports whether n is a batch normalisation whose scale or shift
// is a parameter. Others are frozen: they go by their running statistics.
func (p *program) normTrains(n *node) bool {
	if _, ok := n.op.(*nn.BatchNormalization); !ok {
		return false
	}
	_, scales := p.params[n.in[1]]
	_, shifts := p.params[n.in[2]]
	return scales || shifts
}

func (s *normStep) pieces() int {
	return (s.rows + kernels.ChannelSumRows - 1) / kernels.ChannelSumRows
}

// piece returns where a piece's rows begin, in elements, and how many it has.
func (s *normStep) piece(i int) (at, rows int) {
	first := i * kernels.ChannelSumRows
	return first * s.c, min(kernels.ChannelSumRows, s.rows-first)
}

// sums returns the two vectors of sums of piece i.
func (s *normStep) sums(i int) (a, b []float32) {
	at := s.saved.parts[2*s.c*i:][:2*s.c]
	return at[:s.c], at[s.c:]
}

// normExec is what the passes over rows have in common.
type normExec struct {
	infallible
	*normStep
	px, py, pd, pdx unsafe.Pointer // operand, result and their gradients
	gamma, beta     []float32
	dGamma, dBeta   []float32
	add             bool
}

func (s *normStep) bindAll(m *binder) normExec {
	return normExec{normStep: s, px: m.pointer(s.x), py: m.pointer(s.out), gamma: m.tensor(s.scale).F32(), beta: m.tensor(s.b).F32()}
}

func (e *normExec) parts() int { return e.pieces() }

// args returns the arguments for piece i.
func (e *normExec) args(k *kernelArgs, i int) *kernels.ChannelsF32Args {
	at, rows := e.piece(i)
	a := &k.perChannel
	*a = kernels.ChannelsF32Args{Rows: rows, C: e.c, Slope: e.slope, Hi: e.hi, X: elementAt(e.px, at)}
	return a
}

func elementAt(p unsafe.Pointer, i int) *float32 { return (*float32)(unsafe.Add(p, 4*i)) }

// normMoments takes, for each piece of rows, the mean of every channel and the
// sum of squares about it.
type normMoments struct{ *normStep }

func (s *normMoments) bind(m *binder) exec { return &normMomentsExec{s.bindAll(m)} }

type normMomentsExec struct{ normExec }

func (e *normMomentsExec) run(k *kernelArgs, i int) {
	mean, squares := e.sums(i)
	clear(mean)
	clear(squares)
	a := e.args(k, i)
	a.D, a.V = a.X, &mean[0]
	e.fn.Funcs[kernels.ChannelSum](a)
	n := float32(a.Rows)
	for c := range mean {
		mean[c] /= n
	}
	a.U, a.V = &mean[0], &squares[0]
	e.fn.Funcs[kernels.ChannelSquares](a)
}

// normApply joins the moments, moves the running statistics, and normalises.
type normApply struct{ *normStep }

func (s *normApply) bind(m *binder) exec { return &normApplyExec{s.bindAll(m)} }

type normApplyExec struct{ normExec }

func (e *normApplyExec) prepare() {
	st := e.saved
	for c := range e.c {
		mean, variance := e.moments(c)
		st.mean[c], st.mean32[c] = mean, float32(mean)
		st.inv[c] = 1 / math.Sqrt(variance+float64(e.op.Epsilon))
		factor := float64(e.gamma[c]) * st.inv[c]
		st.v[c], st.w[c] = float32(factor), float32(float64(e.beta[c])-mean*factor)
		e.track(e.mean, c, mean)
		e.track(e.normStep.v, c, variance)
	}
}

// moments joins those of the pieces: T. Chan, G. Golub and R. LeVeque,
// "Updating formulae and a pairwise algorithm for computing sample variances"
// (1979).
func (e *normExec) moments(c int) (mean, variance float64) {
	n, squares := 0.0, 0.0
	for i := range e.pieces() {
		_, rows := e.piece(i)
		m, s := e.sums(i)
		k := float64(rows)
		d := float64(m[c]) - mean
		mean += d * k / (n + k)
		squares += float64(s[c]) + d*d*n*k/(n+k)
		n += k
	}
	return mean, squares / n
}

// track moves a running statistic towards that of the batch.
func (e *normExec) track(i, c int, batch float64) {
	if i == none {
		return
	}
	v := e.trainer.statistics[i].Value.F32()
	m := float64(e.op.Momentum)
	v[c] = float32(float64(v[c])*m + batch*(1-m))
}

func (e *normApplyExec) run(k *kernelArgs, i int) {
	a := e.args(k, i)
	at, _ := e.piece(i)
	a.Dst, a.V, a.W = elementAt(e.py, at), &e.saved.v[0], &e.saved.w[0]
	e.fn.Funcs[kernels.ChannelAffine](a)
}

func (l *trainLowering) normBackward(i int, n *node) error {
	s := l.norms[n]
	if s == nil {
		return l.plainBackward(i, n)
	}
	l.keep(i, s.x)
	if s.rectifies() {
		l.keep(i, s.out)
	}
	b := normGradient{s, l.gradOf(s.out), l.gradOf(s.x), l.gradOf(s.scale), l.gradOf(s.b), false}
	if b.dx != none {
		b.add = l.adds(b.dx)
	}
	l.goBackward(&normProducts{b}, &normSpread{b})
	return nil
}

// normGradient is what the two passes backward share.
type normGradient struct {
	*normStep
	d, dx, dScale, dB int // values
	add               bool
}

func (s *normGradient) bindGradients(m *binder) normExec {
	e := s.bindAll(m)
	e.pd, e.pdx, e.add = m.pointer(s.d), m.pointer(s.dx), s.add
	if s.dScale != none {
		e.dGamma = m.tensor(s.dScale).F32()
	}
	if s.dB != none {
		e.dBeta = m.tensor(s.dB).F32()
	}
	return e
}

// gradientArgs are args with the gradient of the result, and the result where
// it was rectified.
func (e *normExec) gradientArgs(k *kernelArgs, i int) *kernels.ChannelsF32Args {
	at, _ := e.piece(i)
	a := e.args(k, i)
	a.D = elementAt(e.pd, at)
	if e.rectifies() {
		a.Y = elementAt(e.py, at)
	}
	return a
}

// normProducts sums, for each piece of rows and every channel, the gradients
// and their products with the operand about its mean.
type normProducts struct{ normGradient }

func (s *normProducts) bind(m *binder) exec { return &normProductsExec{s.bindGradients(m)} }

type normProductsExec struct{ normExec }

func (e *normProductsExec) run(k *kernelArgs, i int) {
	sum, products := e.sums(i)
	clear(sum)
	clear(products)
	a := e.gradientArgs(k, i)
	a.U, a.V, a.W = &e.saved.mean32[0], &sum[0], &products[0]
	e.fn.Funcs[kernels.ChannelProducts](a)
}

// normSpread gives the gradients by scale and shift, and that by the operand:
// scale/σ · (d − mean(d) − x̂·mean(d·x̂)).
type normSpread struct{ normGradient }

func (s *normSpread) bind(m *binder) exec { return &normSpreadExec{s.bindGradients(m)} }

type normSpreadExec struct{ normExec }

func (e *normSpreadExec) prepare() {
	st, n := e.saved, float64(e.rows)
	for c := range e.c {
		sum, products := 0.0, 0.0
		for i := range e.pieces() {
			a, b := e.sums(i)
			sum, products = sum+float64(a[c]), products+float64(b[c])
		}
		inv := st.inv[c]
		if e.dGamma != nil {
			e.dGamma[c] += float32(products * inv)
		}
		if e.dBeta != nil {
			e.dBeta[c] += float32(sum)
		}
		u := float64(e.gamma[c]) * inv
		v := -u * inv * inv * products / n
		st.u[c], st.v[c], st.w[c] = float32(u), float32(v), float32(-u*sum/n-v*st.mean[c])
	}
}

func (e *normSpreadExec) parts() int {
	if e.pdx == nil {
		return 0
	}
	return e.pieces()
}

func (e *normSpreadExec) run(k *kernelArgs, i int) {
	a := e.gradientArgs(k, i)
	at, _ := e.piece(i)
	a.Dst, a.Add = elementAt(e.pdx, at), e.add
	a.U, a.V, a.W = &e.saved.u[0], &e.saved.v[0], &e.saved.w[0]
	e.fn.Funcs[kernels.ChannelGradient](a)
}
