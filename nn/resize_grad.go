package nn

// GradScratch holds what that of Forward does: the gradient by what lies
// between one axis and the next takes the place of it.
func (o *Resize) GradScratch(in []Arg, out []Type) int { return o.Scratch(in, out) }

// backward gives every gradient to the inputs that made the output, by their
// weights. The region of interest counts as a constant.
func (o *Resize) backward(g *Grad) {
	if !g.DIn[0].Present() {
		return
	}
	var ops [4]*Tensor
	copy(ops[:], g.In)
	geo, err := o.geometry(g.In[0].Shape, ops[2], ops[3])
	if err != nil {
		return
	}
	switch g.In[0].DType {
	case Float32:
		resizeGrad(o, g, &geo, ops[1], g.DIn[0].F32(), g.DOut[0].F32())
	case Float64:
		resizeGrad(o, g, &geo, ops[1], g.DIn[0].F64(), g.DOut[0].F64())
	}
}

func resizeGrad[T float32 | float64](o *Resize, g *Grad, geo *resizeGeometry, roi *Tensor, dx, d []T) {
	switch {
	case o.Mode == "nearest":
		nearestGrad(o, g, geo, roi, dx, d)
	case geo.active() == 0:
		accumulate(dx, d)
	default:
		interpolatedGrad(o, g, geo, roi, dx, d)
	}
}

// interpolatedGrad goes back through the axes, the first of them first.
func interpolatedGrad[T float32 | float64](o *Resize, g *Grad, geo *resizeGeometry, roi *Tensor, dx, d []T) {
	s, left, mem := g.Out[0].Shape, geo.active(), g.Scratch
	for i := range geo.rank {
		a := &geo.axis[i]
		if !a.active {
			continue
		}
		left--
		p := resizePass[T]{axis: a, inner: s.span(i+1, s.Rank)}
		p.index, p.weights = carve[int32](&mem, a.out*a.taps), carve[T](&mem, a.out*a.taps)
		fillTaps(o, a, p.index, p.weights, roi, geo.rois)
		s.Dims[i] = a.in
		to := dx
		if left > 0 {
			to = carve[T](&mem, s.Elems())
			clear(to)
		}
		passBack(&p, to, d)
		d = to
	}
}

// passBack adds to the gradient by what a pass reads what follows from the
// gradient d by what it writes.
func passBack[T Float](p *resizePass[T], dx, d []T) {
	n, taps := p.inner, p.axis.taps
	in, out := p.axis.in*n, p.axis.out*n
	if out == 0 {
		return
	}
	for o := range len(d) / out {
		to, from := dx[o*in:][:in], d[o*out:][:out]
		for i := range p.axis.out {
			idx, w := p.index[i*taps:][:taps], p.weights[i*taps:][:taps]
			if idx[0] == outside {
				continue
			}
			if n == 1 {
				for k, at := range idx {
					to[at] += w[k] * from[i]
				}
				continue
			}
			for k, at := range idx {
				if w[k] != 0 {
					multiplyAdd(to[int(at)*n:][:n], from[i*n:], w[k], 1)
				}
			}
		}
	}
}

// nearestGrad goes over the rows of outputs (runs along the last dimension
// that changes), of blocks of elements that stay together.
func nearestGrad[T float32 | float64](o *Resize, g *Grad, geo *resizeGeometry, roi *Tensor, dx, d []T) {
	var p nearestPass
	mem := g.Scratch
	for i := range geo.rank {
		p.index[i] = takeIndex(&mem, geo.axis[i].out)
		o.fillNearest(&geo.axis[i], p.index[i], roi, geo.rois)
	}
	p.rank, p.in = geo.rank, g.In[0].Shape.Strides()
	for p.rank > 1 && !geo.axis[p.rank-1].active {
		p.rank--
	}
	p.block = g.In[0].Shape.span(p.rank, geo.rank)
	last := p.rank - 1
	index := p.index[last]
	row := len(index) * p.block
	var pos [MaxRank]int
	for at := 0; at < len(d); at += row {
		from := p.from(&pos, last)
		if from == outside {
			continue
		}
		for i, k := range index {
			switch {
			case k == outside:
			case p.block == 1:
				dx[from+int(k)] += d[at+i]
			default:
				accumulate(dx[from+int(k)*p.block:][:p.block], d[at+i*p.block:][:p.block])
			}
		}
	}
}
