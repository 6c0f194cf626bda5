package plan

import (
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// winogradTransformMACs is what the transform of a weight costs a step of
// training, in multiply-accumulates for each of its 36 points.
const winogradTransformMACs = 150

// winogradPack transforms the weights of the winogradStep that comes next, as
// they are now. Going backward the roles of channels are exchanged, and the
// kernel is turned about.
type winogradPack struct {
	*winogradStep
	weights, biases int // values; biases may be none
	cols, depth     int // floats from column to column of the product, and from one k to the next
	turned          bool
}

// winogradForward returns the steps of a convolution by tiles, or nil where a
// direct one is as good.
func (l *trainLowering) winogradForward(p *product) []step {
	return l.winogradOver(p, p.geometry, &winogradPack{winogradStep: &winogradStep{x: p.x, out: p.result, res: none, c: p.in, n: p.out},
		weights: p.weights, biases: p.bias, cols: p.w.out, depth: p.w.in})
}

// winogradBackward is the same of the gradient by the operand: a convolution of
// d, added to g if add.
func (l *trainLowering) winogradBackward(p *product, d, g int, add bool) []step {
	back := p.geometry
	back.channels, back.pitch = p.out, 4*p.out
	back.y, back.x = turnedAxis(p.y), turnedAxis(p.geometry.x)
	res := none
	if add {
		res = g
	}
	return l.winogradOver(p, back, &winogradPack{winogradStep: &winogradStep{x: d, out: g, res: res, c: p.out, n: p.in},
		weights: p.weights, biases: none, cols: p.w.in, depth: p.w.out, turned: true})
}

func (l *trainLowering) winogradOver(p *product, g geometry, s *winogradPack) []step {
	if p.groups != 1 || !plain3x3(g.y) || !plain3x3(g.x) || g.y.Begin < 0 || g.x.Begin < 0 || p.in%kernels.WinogradChannels != 0 || p.out%kernels.WinogradChannels != 0 {
		return nil
	}
	s.gemm, s.transform, s.ldo = l.learn.gemmFor(s.n), l.rows.winograd, 4*s.n
	if s.transform.Needs == 0 && s.gemm.Needs != 0 {
		return nil // no assembly here for transforms
	}
	s.pictures, s.h, s.w = g.pictures, g.y.Out, g.x.Out
	s.lo, s.hi = unclamped()
	s.tilesY, s.tilesX = tilesOf(s.h), tilesOf(s.w)
	s.cut()
	if !s.pays(g.pixels(), winogradTransformMACs) {
		return nil
	}
	s.zeros = aligned(4 * g.channels)
	g.zeros = s.zeros
	l.needPrefix(s.x, s.zeros)
	s.off = l.table(winogradGeometry(g), g.winogradTiles)
	s.rows = l.linear(s.tilesPerPart, 4*s.c, s.gemm.MR)
	s.panels, s.bias = alignedFloats(kernels.WinogradPoints*s.panelCount*s.panelLen), alignedFloats(s.n)
	return []step{s, s.winogradStep}
}

func (s *winogradPack) bind(m *binder) exec {
	e := &winogradPackExec{winogradPack: s, w: m.tensor(s.weights).F32()}
	if s.biases != none {
		e.b = m.tensor(s.biases).F32()
	}
	return e
}

type winogradPackExec struct {
	infallible
	*winogradPack
	w, b []float32
}

func (e *winogradPackExec) parts() int { return e.panelCount }

func (e *winogradPackExec) run(_ *kernelArgs, panel int) {
	nr, size := e.gemm.NR, e.panelCount*e.panelLen
	var u [kernels.WinogradPoints]float32
	var turned [9]float32
	for c := range e.c {
		for o := panel * nr; o < min((panel+1)*nr, e.n); o++ {
			g := (*[9]float32)(e.w[o*e.cols+c*e.depth:])
			if e.turned {
				for t, v := range g {
					turned[8-t] = v
				}
				g = &turned
			}
			kernels.WinogradF32WeightsQuick(&u, g)
			to := e.panels[panel*e.panelLen+c*nr+o-panel*nr:]
			for p, v := range u {
				to[p*size] = v
			}
		}
	}
	if e.b != nil {
		from, to := panel*nr, min((panel+1)*nr, e.n)
		copy(e.winogradStep.bias[from:to], e.b[from:to])
	}
}

// turnedAxis is the axis of the gradient by the operand of a convolution of
// stride 1 along a.
func turnedAxis(a nn.WindowAxis) nn.WindowAxis {
	a.In, a.Out = a.Out, a.In
	a.Begin, a.End = a.Extent()-1-a.Begin, a.Extent()-1-a.End
	return a
}
