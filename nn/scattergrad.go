package nn

import "unsafe"

// scatterSite is what the gradients of a scattering need to know of each
// element of operand 0: the factors that have met there, and the updates that
// have not been passed yet.
type scatterSite struct {
	factors
	updates int
	taken   bool // an extreme has its owner
}

const scatterSiteSize = int(unsafe.Sizeof(scatterSite{}))

// GradScratch has a site for each element of operand 0.
func (o *ScatterElements) GradScratch(in []Arg, _ []Type) int {
	return in[0].Elems() * scatterSiteSize
}

// GradScratch has a site for each element of operand 0.
func (o *ScatterND) GradScratch(in []Arg, _ []Type) int { return in[0].Elems() * scatterSiteSize }

func (o *ScatterElements) backward(g *Grad) {
	scatterGrad(g, o.Reduction, &scatterWalk{elements: newElementWalk(g.In[1], g.In[0].Shape, o.Axis)})
}

func (o *ScatterND) backward(g *Grad) {
	s, idx := g.In[0].Shape, g.In[1]
	k := idx.Shape.Dims[idx.Shape.Rank-1]
	scatterGrad(g, o.Reduction, &scatterWalk{rows: idx, shape: s, k: k, slab: s.span(k, s.Rank)})
}

// scatterWalk goes over the updates in the order in which they are made, which
// Forward has found right: over elements or, where rows is there, over the
// elements of the slices that its rows point at.
type scatterWalk struct {
	elements     elementWalk
	rows         *Tensor
	shape        Shape
	k, slab      int
	data, update int // where the update goes, and where it comes from
	passed       int
}

// next goes to the next update; false after the last.
func (w *scatterWalk) next() bool {
	if w.rows == nil {
		ok := w.elements.next()
		w.data, w.update = w.elements.data, w.elements.index
		return ok
	}
	if w.passed == w.rows.Shape.span(0, w.rows.Shape.Rank-1)*w.slab {
		return false
	}
	w.update = w.passed
	w.passed++
	at, err := rowOffset(w.rows, w.update/w.slab, w.k, &w.shape, 0)
	w.data = at*w.slab + w.update%w.slab
	return err == nil
}

func scatterGrad(g *Grad, reduction string, w *scatterWalk) {
	how, err := parseReduction(reduction, g.In[0].DType)
	if err != nil {
		return
	}
	switch g.In[0].DType {
	case Float32:
		scatterSites[float32](g, how, w)
	case Float64:
		scatterSites[float64](g, how, w)
	}
}

func scatterSites[T float32 | float64](g *Grad, how reduction, w *scatterWalk) {
	x, u, dx, du := Data[T](g.In[0]), Data[T](g.In[2]), wanted[T](g.DIn[0]), wanted[T](g.DIn[2])
	y, d := Data[T](g.Out[0]), Data[T](g.DOut[0])
	sites := unsafe.Slice((*scatterSite)(unsafe.Pointer(unsafe.SliceData(g.Scratch))), len(x))
	for i, v := range x {
		sites[i] = scatterSite{factors: newFactors()}
		sites[i].add(float64(v))
	}
	for all := *w; all.next(); {
		sites[all.data].updates++
		sites[all.data].add(float64(u[all.update]))
	}
	for i, v := range x {
		by := sites[i].share(how, float64(v), v == y[i])
		if dx != nil {
			dx[i] += T(float64(d[i]) * by)
		}
	}
	for w.next() {
		site, v := &sites[w.data], u[w.update]
		site.updates--
		by := site.share(how, float64(v), v == y[w.data])
		if du != nil {
			du[w.update] += T(float64(d[w.data]) * by)
		}
	}
}

// share is the derivative of a site's result by v, the element that was there
// or an update, in the order in which they were made: of equal extremes the
// first has it all, and of those that replace one another the last.
func (s *scatterSite) share(how reduction, v float64, result bool) float64 {
	switch how {
	case reduceNone:
		if s.updates > 0 {
			return 0
		}
	case reduceMul:
		return s.without(v)
	case reduceMax, reduceMin:
		if s.taken || !result {
			return 0
		}
		s.taken = true
	}
	return 1
}
