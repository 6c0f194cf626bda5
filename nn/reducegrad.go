package nn

import "math"

// backward adds to the gradient by the operand what follows from that by the
// reduced sets.
func (o *ReduceAttrs) backward(g *Grad, k reducer) {
	var list *Tensor
	if len(g.In) > 1 && g.In[1].Present() {
		list = g.In[1]
	}
	set, err := o.axes(list, g.In[0].Shape.Rank)
	if err != nil || !g.DIn[0].Present() {
		return
	}
	switch g.In[0].DType {
	case Float32:
		reduceGrad[float32](k, g, &set)
	case Float64:
		reduceGrad[float64](k, g, &set)
	}
}

func reduceGrad[T float32 | float64](k reducer, g *Grad, axes *[maxList]bool) {
	switch s := g.In[0].Shape; k {
	case toMax, toMin:
		extremeSets[T](g, axes)
	case toProd:
		productSets[T](g, axes)
	case toSum, toMean:
		kept, by := keptShape(s, axes), 1.0
		if k == toMean && s.Elems() > 0 {
			by = float64(kept.Elems()) / float64(s.Elems())
		}
		addTimes(g.DIn[0], g.DOut[0], boxOf(s, s.Strides(), BroadcastStrides(kept, s)), by)
	default:
		slopeSets[T](k, g, keptShape(s, axes))
	}
}

// keptShape is s with extents of 1 where it is reduced.
func keptShape(s Shape, axes *[maxList]bool) Shape {
	for d := range s.Rank {
		if axes[d] {
			s.Dims[d] = 1
		}
	}
	return s
}

// slopeSets is for reductions of which the derivative by an element follows
// from it and the result.
func slopeSets[T float32 | float64](k reducer, g *Grad, kept Shape) {
	x, y, d, dx := Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	it := newBroadcast(g.In[0].Shape, kept)
	for it.next() {
		for i := it.pos; i < it.pos+it.run; i++ {
			at := it.off[0] + (i-it.pos)*it.step[0]
			dx[i] += T(float64(d[at]) * k.slope(float64(x[i]), float64(y[at])))
		}
	}
}

// slope is the derivative of a reduction of value y by its element x.
func (k reducer) slope(x, y float64) float64 {
	switch k {
	case toL1:
		return signOf(x)
	case toL2:
		if y == 0 { // a corner
			return 0
		}
		return x / y
	case toLogSum:
		return math.Exp(-y)
	case toLogSumExp:
		return math.Exp(x - y)
	}
	return 2 * x // toSumSquare
}

// setsOf is newSetLoops for loops that take one set after another: none is
// left to the caller but a run of adjacent elements of a set.
func setsOf(s Shape, axes *[maxList]bool) setLoops {
	r := newSetLoops(s, axes)
	if !r.rows {
		r.kept.push(r.run, 1)
		r.run = 1
	}
	return r
}

// extremeSets gives the gradient of a set to the first of its elements that
// equal the result.
func extremeSets[T float32 | float64](g *Grad, axes *[maxList]bool) {
	x, y, d, dx := Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	if len(x) == 0 {
		return
	}
	r := setsOf(g.In[0].Shape, axes)
	for i := range r.sets {
		found := -1
		for more := true; more; more = r.reduced.next() {
			at := r.kept.off + r.reduced.off
			for j := at; found < 0 && j < at+r.run; j++ {
				if x[j] == y[i] {
					found = j
				}
			}
		}
		if found >= 0 {
			dx[found] += d[i]
		}
		r.kept.next()
	}
}

// productSets gives each element the gradient times the product of the others.
func productSets[T float32 | float64](g *Grad, axes *[maxList]bool) {
	x, d, dx := Data[T](g.In[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	if len(x) == 0 {
		return
	}
	r := setsOf(g.In[0].Shape, axes)
	for i := range r.sets {
		f := newFactors()
		for more := true; more; more = r.reduced.next() {
			for _, v := range x[r.kept.off+r.reduced.off:][:r.run] {
				f.add(float64(v))
			}
		}
		for more := true; more; more = r.reduced.next() {
			at := r.kept.off + r.reduced.off
			for j := at; j < at+r.run; j++ {
				dx[j] += T(float64(d[i]) * f.without(float64(x[j])))
			}
		}
		r.kept.next()
	}
}

// factors is a product from which any one factor can be taken out again.
type factors struct {
	product float64 // of those that are not 0
	zeros   int
}

func newFactors() factors { return factors{product: 1} }

func (f *factors) add(x float64) {
	if x == 0 {
		f.zeros++
		return
	}
	f.product *= x
}

// without is the product of all factors but one that is x.
func (f *factors) without(x float64) float64 {
	switch {
	case f.zeros == 0:
		return f.product / x
	case f.zeros == 1 && x == 0:
		return f.product
	}
	return 0
}
