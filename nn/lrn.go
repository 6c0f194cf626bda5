package nn

import (
	"math"
	"unsafe"
)

// LRN is local response normalisation: x∕(Bias + Alpha∕Size·Σx²)^Beta, the sum
// running over Size channels around that of x, of [N C …] (A. Krizhevsky et
// al., "ImageNet classification with deep convolutional neural networks",
// 2012).
type LRN struct {
	Alpha float32 `onnx:"alpha,0.0001"`
	Beta  float32 `onnx:"beta,0.75"`
	Bias  float32 `onnx:"bias,1"`
	Size  int     `onnx:"size"`
	perm  layout
}

// Infer returns the operand's type.
func (o *LRN) Infer(in []Arg, _ int) ([]Type, error) {
	if o.Size < 1 {
		return nil, Invalidf("size", "is %d, want 1 or more", o.Size)
	}
	if in[0].Shape.Rank < 2 {
		return nil, Invalidf("", "%v has no channels, want rank 2 or more", in[0].Shape)
	}
	return sameType(in)
}

// Forward normalises.
func (o *LRN) Forward(r *Run) error {
	l := linesOf(r.In[0].Shape, o.perm.stored(1))
	switch r.In[0].DType {
	case Float32:
		lrnLines(o, r.Out[0].F32(), r.In[0].F32(), l)
	case Float64:
		lrnLines(o, r.Out[0].F64(), r.In[0].F64(), l)
	}
	return nil
}

// Permute finds the channels where they are stored.
func (o *LRN) Permute(perm []int, in []Arg) (Op, bool) {
	c := *o
	c.perm = o.perm.then(perm)
	return &c, in[0].Shape.Rank == len(perm)
}

// lrnLines sums each window afresh: windows are short, and a running sum would
// carry an infinity on.
func lrnLines[T Float](o *LRN, out, x []T, l lines) {
	var sums [columnBlock]float64
	for i := range l.outer {
		for j := 0; j < l.inner; j += columnBlock {
			sum := sums[:min(columnBlock, l.inner-j)]
			base := i*l.n*l.inner + j
			for c := range l.n {
				clear(sum)
				for w := max(c-(o.Size-1)/2, 0); w < l.n && w-c <= o.Size/2; w++ {
					for k, v := range x[base+w*l.inner:][:len(sum)] {
						sum[k] += float64(float64(v) * float64(v)) // not fused: the bits are to be the same everywhere
					}
				}
				y := out[base+c*l.inner:][:len(sum)]
				for k, v := range x[base+c*l.inner:][:len(sum)] {
					y[k] = T(float64(v) / o.root(sum[k]))
				}
			}
		}
	}
}

// root is the divisor for a sum of squares; the usual power of 3∕4 needs no
// logarithm.
func (o *LRN) root(sum float64) float64 {
	d := float64(o.Bias) + float64(float64(o.Alpha)/float64(o.Size)*sum)
	if o.Beta == 0.75 {
		h := math.Sqrt(d)
		return h * math.Sqrt(h)
	}
	return math.Pow(d, float64(o.Beta))
}

// GradScratch has what each channel hands to its neighbours, of as many
// columns as are taken side by side.
func (o *LRN) GradScratch(in []Arg, _ []Type) int {
	l := linesOf(in[0].Shape, o.perm.stored(1))
	return 8 * l.n * min(columnBlock, l.inner)
}

func (o *LRN) backward(g *Grad) {
	if !g.DIn[0].Present() {
		return
	}
	l := linesOf(g.In[0].Shape, o.perm.stored(1))
	switch g.In[0].DType {
	case Float32:
		lrnGrad[float32](o, g, l)
	case Float64:
		lrnGrad[float64](o, g, l)
	}
}

// lrnGrad adds d∕root − 2·Alpha·Beta∕Size·x·Σ d·y∕sum, where the last sum runs
// over the channels that have this one in their windows.
func lrnGrad[T float32 | float64](o *LRN, g *Grad, l lines) {
	x, y, d, dx := Data[T](g.In[0]), Data[T](g.Out[0]), Data[T](g.DOut[0]), Data[T](g.DIn[0])
	scratch := unsafe.Slice((*float64)(unsafe.Pointer(unsafe.SliceData(g.Scratch))), len(g.Scratch)/8)
	for i := range l.outer {
		for j := 0; j < l.inner; j += columnBlock {
			n, base := min(columnBlock, l.inner-j), i*l.n*l.inner+j
			back := scratch[:l.n*n]
			if l.inner == 1 {
				lrnRow(o, dx[base:][:l.n], d[base:][:l.n], x[base:][:l.n], y[base:][:l.n], back)
				continue
			}
			lrnOwn(o, dx[base:], d[base:], x[base:], y[base:], back, l, n)
			lrnNeighbours(o, dx[base:], x[base:], back, l, n)
		}
	}
}

// lrnOwn adds what an element's own result gives, and notes in back what its
// neighbours are to be given.
func lrnOwn[T Float](o *LRN, dx, d, x, y []T, back []float64, l lines, n int) {
	var sums [columnBlock]float64
	sum, per := sums[:n], float64(o.Alpha)/float64(o.Size)
	for c := range l.n {
		from, until := max(c-(o.Size-1)/2, 0), min(c+o.Size/2+1, l.n)
		clear(sum)
		for w := from; w < until; w++ {
			for k, v := range x[w*l.inner:][:n] {
				sum[k] += float64(v) * float64(v)
			}
		}
		to := dx[c*l.inner:][:n]
		for k, v := range d[c*l.inner:][:n] {
			to[k] += T(float64(v) / o.root(sum[k]))
			back[c*n+k] = -2 * per * float64(o.Beta) * float64(v) * float64(y[c*l.inner+k]) / (float64(o.Bias) + per*sum[k])
		}
	}
}

func lrnNeighbours[T Float](o *LRN, dx, x []T, back []float64, l lines, n int) {
	var sums [columnBlock]float64
	sum := sums[:n]
	for c := range l.n {
		from, until := max(c-o.Size/2, 0), min(c+(o.Size-1)/2+1, l.n)
		clear(sum)
		for w := from; w < until; w++ {
			for k, v := range back[w*n:][:n] {
				sum[k] += v
			}
		}
		to := dx[c*l.inner:][:n]
		for k, v := range x[c*l.inner:][:n] {
			to[k] += T(float64(v) * sum[k])
		}
	}
}

// lrnRow is lrnOwn and lrnNeighbours for channels that lie side by side.
func lrnRow[T Float](o *LRN, dx, d, x, y []T, back []float64) {
	before, after := (o.Size-1)/2, o.Size/2
	per := float64(o.Alpha) / float64(o.Size)
	for c, v := range d {
		sum := 0.0
		for _, w := range x[max(c-before, 0):min(c+after+1, len(x))] {
			sum += float64(w) * float64(w)
		}
		dx[c] += T(float64(v) / o.root(sum))
		back[c] = -2 * per * float64(o.Beta) * float64(v) * float64(y[c]) / (float64(o.Bias) + per*sum)
	}
	for c, v := range x {
		sum := 0.0
		for _, w := range back[max(c-after, 0):min(c+before+1, len(x))] {
			sum += w
		}
		dx[c] += T(float64(v) * sum)
	}
}
