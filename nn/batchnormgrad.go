package nn

import (
	"math"
	"unsafe"
)

// GradScratch has three numbers for each channel.
func (o *BatchNormalization) GradScratch(in []Arg, _ []Type) int { return 24 * in[1].Elems() }

// backward: with x̂ = (x − mean)∕√(var + ε), the gradient by x is that by the
// result times scale∕√(var + ε) and, where mean and var are those of the
// batch, what follows from those (S. Ioffe, C. Szegedy, "Batch Normalization",
// 2015).
func (o *BatchNormalization) backward(g *Grad) {
	s := g.In[0].Shape
	l := lines{1, 1, s.Elems()}
	if s.Rank > 1 {
		l = linesOf(s, o.perm.stored(1))
	}
	switch g.In[0].DType {
	case Float32:
		batchNormGrad[float32](o, g, l)
	case Float64:
		batchNormGrad[float64](o, g, l)
	}
}

func batchNormGrad[T float32 | float64](o *BatchNormalization, g *Grad, l lines) {
	x, d := Data[T](g.In[0]), wanted[T](g.DOut[0])
	v := vectors(g.Scratch, l.n)
	mean, sum, products := v[0], v[1], v[2]
	for c := range l.n {
		mean[c] = g.In[3].Float(c)
		if o.TrainingMode {
			mean[c], _ = momentsOf(x, l, c)
		}
	}
	if d != nil && (o.TrainingMode || o.anyWanted(g)) {
		sumProducts(sum, products, mean, d, x, l)
	}
	for c := range l.n {
		mean[c], sum[c], products[c] = o.gradOfChannel(g, l, c, mean[c], sum[c], products[c])
	}
	if dx := wanted[T](g.DIn[0]); dx != nil {
		addAffine(dx, d, x, l, sum, products, mean)
	}
}

// anyWanted reports whether a gradient by any but x is wanted.
func (*BatchNormalization) anyWanted(g *Grad) bool {
	for _, d := range g.DIn[1:] {
		if d.Present() {
			return true
		}
	}
	return false
}

// gradOfChannel adds to the gradients by the vectors what channel c gives,
// whose gradients add up to sum, and to products when multiplied by x − mean.
// It returns what the gradient by x is of: term + factor·d + slope·x.
func (o *BatchNormalization) gradOfChannel(g *Grad, l lines, c int, mean, sum, products float64) (term, factor, slope float64) {
	n, scale, variance := float64(l.outer*l.inner), g.In[1].Float(c), g.In[4].Float(c)
	if o.TrainingMode {
		_, variance = channelMoments(g.In[0], l, c)
	}
	inv := 1 / math.Sqrt(variance+float64(o.Epsilon))
	factor = scale * inv
	addAt(g.DIn[1], c, products*inv)
	addAt(g.DIn[2], c, sum)
	if !o.TrainingMode {
		addAt(g.DIn[3], c, -factor*sum)
		addAt(g.DIn[4], c, -factor*inv*inv*products/2)
		return 0, factor, 0
	}
	slope = -factor * inv * inv * products / n
	term = -factor * sum / n
	m := float64(o.Momentum)
	if len(g.DOut) > 1 && g.DOut[1].Present() {
		addAt(g.DIn[3], c, m*g.DOut[1].Float(c))
		term += (1 - m) * g.DOut[1].Float(c) / n
	}
	if len(g.DOut) > 2 && g.DOut[2].Present() {
		addAt(g.DIn[4], c, m*g.DOut[2].Float(c))
		slope += 2 * (1 - m) * g.DOut[2].Float(c) / n
	}
	return term - slope*mean, factor, slope
}

// vectors splits scratch into as many vectors of n as it holds, four at most.
func vectors(scratch []byte, n int) (v [4][]float64) {
	all := unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(scratch))), len(scratch)/8)
	for i := range v {
		if (i+1)*n <= len(all) {
			v[i] = all[i*n : (i+1)*n]
			clear(v[i])
		}
	}
	return v
}

// sumProducts adds, for each channel, the gradients d and their products with
// x − mean.
func sumProducts[T Float](sum, products, mean []float64, d, x []T, l lines) {
	for i := 0; i < l.outer*l.n*l.inner; i += l.n * l.inner {
		if l.inner == 1 {
			row := x[i:][:l.n]
			for c, v := range d[i:][:l.n] {
				sum[c] += float64(v)
				products[c] += float64(v) * (float64(row[c]) - mean[c])
			}
			continue
		}
		for c := range l.n {
			row := x[i+c*l.inner:][:l.inner]
			a, b, m := 0.0, 0.0, mean[c]
			for j, v := range d[i+c*l.inner:][:l.inner] {
				a += float64(v)
				b += float64(v) * (float64(row[j]) - m)
			}
			sum[c] += a
			products[c] += b
		}
	}
}

// addAffine adds factor·d + slope·x + term, which each channel has its own of.
// A d of nil counts as zeros.
func addAffine[T Float](dx, d, x []T, l lines, factor, slope, term []float64) {
	if l.inner == 1 && d != nil {
		for i := 0; i < len(x); i += l.n {
			row, to := x[i:][:l.n], dx[i:][:l.n]
			for c, v := range d[i:][:l.n] {
				to[c] += T(float64(v)*factor[c] + float64(row[c])*slope[c] + term[c])
			}
		}
		return
	}
	for i := range l.outer * l.n {
		f, s, t := factor[i%l.n], slope[i%l.n], term[i%l.n]
		for j := i * l.inner; j < (i+1)*l.inner; j++ {
			v := float64(x[j])*s + t
			if d != nil {
				v += float64(d[j]) * f
			}
			dx[j] += T(v)
		}
	}
}
