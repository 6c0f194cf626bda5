package nn

import "math"

// InstanceNormalization brings each channel of each sample to mean 0 and
// variance 1, then computes scale·x + B a channel, of x [N C …], scale [C] and
// B [C].
type InstanceNormalization struct {
	Epsilon float32 `onnx:"epsilon,1e-5"`
	perm    layout
}

// Infer returns the type of x.
func (o *InstanceNormalization) Infer(in []Arg, _ int) ([]Type, error) {
	return groupType(in, 0, o.perm)
}

// Scratch has a factor and a term for each channel.
func (o *InstanceNormalization) Scratch(in []Arg, _ []Type) int { return 16 * in[1].Elems() }

// Forward normalises.
func (o *InstanceNormalization) Forward(r *Run) error {
	normaliseGroups(r, r.In[1].Elems(), float64(o.Epsilon), o.perm)
	return nil
}

// Permute finds the channels where they are stored.
func (o *InstanceNormalization) Permute(perm []int, in []Arg) (Op, bool) {
	p := o.perm.then(perm)
	return &InstanceNormalization{o.Epsilon, p}, samplesFirst(p, in)
}

// GroupNormalization is InstanceNormalization with NumGroups groups of
// adjacent channels brought to mean 0 and variance 1 together.
type GroupNormalization struct {
	Epsilon   float32 `onnx:"epsilon,1e-5"`
	NumGroups int     `onnx:"num_groups"`
	StashType int     `onnx:"stash_type,1"`
	perm      layout
}

// Infer returns the type of x.
func (o *GroupNormalization) Infer(in []Arg, _ int) ([]Type, error) {
	if o.NumGroups < 1 {
		return nil, Invalidf("num_groups", "is %d, want 1 or more", o.NumGroups)
	}
	if err := checkStash(o.StashType); err != nil {
		return nil, err
	}
	return groupType(in, o.NumGroups, o.perm)
}

// Scratch has a factor and a term for each channel.
func (o *GroupNormalization) Scratch(in []Arg, _ []Type) int { return 16 * in[1].Elems() }

// Forward normalises.
func (o *GroupNormalization) Forward(r *Run) error {
	normaliseGroups(r, o.NumGroups, float64(o.Epsilon), o.perm)
	return nil
}

// Permute finds the channels where they are stored.
func (o *GroupNormalization) Permute(perm []int, in []Arg) (Op, bool) {
	c := *o
	c.perm = o.perm.then(perm)
	return &c, samplesFirst(c.perm, in)
}

// samplesFirst reports whether operand 0, stored by perm, begins with its
// samples.
func samplesFirst(perm layout, in []Arg) bool {
	return in[0].Shape.Rank == len(perm) && len(perm) > 1 && perm[0] == 0
}

// checkStash refuses intermediate types that are not met by computing in
// float64.
func checkStash(n int) error {
	if d, ok := DTypeFromONNX(n); !ok || d != Float32 {
		return Unsupportedf("stash_type", "ONNX element type %d, want 1 (float32)", n)
	}
	return nil
}

// groupType is the Infer of both; no groups stand for one a channel.
func groupType(in []Arg, groups int, perm layout) ([]Type, error) {
	s := in[0].Shape
	if s.Rank < 2 {
		return nil, Invalidf("", "%v has no channels, want rank 2 or more", s)
	}
	channels := s.Dims[perm.stored(1)]
	if groups > 0 && channels%groups != 0 {
		return nil, Invalidf("num_groups", "%d does not divide %d channels", groups, channels)
	}
	if err := channelVector(in[1], "scale", channels); err != nil {
		return nil, err
	}
	if err := channelVector(in[2], "bias", channels); err != nil {
		return nil, err
	}
	return sameType(in)
}

func normaliseGroups(r *Run, groups int, eps float64, perm layout) {
	switch r.In[0].DType {
	case Float32:
		groupSamples(r, r.Out[0].F32(), r.In[0].F32(), groups, eps, perm)
	case Float64:
		groupSamples(r, r.Out[0].F64(), r.In[0].F64(), groups, eps, perm)
	}
}

// groupSamples takes each sample as lines of channels: sums a channel first,
// then the mean a group; the same for squared differences; then a factor and
// a term a channel.
func groupSamples[T Float](r *Run, out, x []T, groups int, eps float64, perm layout) {
	if len(x) == 0 {
		return
	}
	s := r.In[0].Shape
	sample := s.span(1, s.Rank)
	l := linesOf(s, perm.stored(1))
	l.outer /= s.Dims[0]
	factor, term := twoVectors(r.Scratch, l.n)
	per := float64(sample / groups)
	for at := 0; at < len(x); at += sample {
		v := x[at : at+sample]
		clear(term)
		sumChannels(term, v, l)
		shareGroups(term, groups, per)
		clear(factor)
		squareChannels(factor, term, v, l)
		shareGroups(factor, groups, per)
		for c := range factor {
			factor[c] = r.In[1].Float(c) / math.Sqrt(factor[c]+eps)
			term[c] = r.In[2].Float(c) - term[c]*factor[c]
		}
		affineLines(out[at:at+sample], v, l, factor, term)
	}
}

// shareGroups replaces sums a channel by the mean over its group of n
// elements.
func shareGroups(v []float64, groups int, n float64) {
	size := len(v) / groups
	for g := range groups {
		group := v[g*size : (g+1)*size]
		sum := 0.0
		for _, x := range group {
			sum += x
		}
		for c := range group {
			group[c] = sum / n
		}
	}
}

func sumChannels[T Float](sum []float64, x []T, l lines) {
	for o := range l.outer {
		if l.inner == 1 {
			for c, v := range x[o*l.n:][:l.n] {
				sum[c] += float64(v)
			}
			continue
		}
		for c := range l.n {
			sum[c] += sumRow[T, float64](x[(o*l.n+c)*l.inner:][:l.inner])
		}
	}
}

func squareChannels[T Float](sum, mean []float64, x []T, l lines) {
	for o := range l.outer {
		if l.inner == 1 {
			for c, v := range x[o*l.n:][:l.n] {
				d := float64(v) - mean[c]
				sum[c] += d * d
			}
			continue
		}
		for c := range l.n {
			sum[c] += squareRow(x[(o*l.n+c)*l.inner:][:l.inner], mean[c])
		}
	}
}

// squareRow sums the squared differences from mean, in two sums so that an
// addition need not wait for the last.
func squareRow[T Float](x []T, mean float64) float64 {
	var a, b float64
	for len(x) >= 2 {
		d, e := float64(x[0])-mean, float64(x[1])-mean
		a += d * d
		b += e * e
		x = x[2:]
	}
	for _, v := range x {
		d := float64(v) - mean
		a += d * d
	}
	return a + b
}

// GradScratch has four numbers for each channel.
func (o *InstanceNormalization) GradScratch(in []Arg, _ []Type) int { return 32 * in[1].Elems() }

// GradScratch has four numbers for each channel.
func (o *GroupNormalization) GradScratch(in []Arg, _ []Type) int { return 32 * in[1].Elems() }

func (o *InstanceNormalization) backward(g *Grad) {
	groupsGrad(g, g.In[1].Elems(), float64(o.Epsilon), o.perm)
}

func (o *GroupNormalization) backward(g *Grad) {
	groupsGrad(g, o.NumGroups, float64(o.Epsilon), o.perm)
}

func groupsGrad(g *Grad, groups int, eps float64, perm layout) {
	switch g.In[0].DType {
	case Float32:
		samplesGrad[float32](g, groups, eps, perm)
	case Float64:
		samplesGrad[float64](g, groups, eps, perm)
	}
}

// samplesGrad takes each sample as groupSamples does. With x̂ = (x − mean)·inv
// the gradient by x is inv·(scale·d − mean(scale·d) − x̂·mean(scale·d·x̂)).
func samplesGrad[T float32 | float64](g *Grad, groups int, eps float64, perm layout) {
	x, d, dx := Data[T](g.In[0]), Data[T](g.DOut[0]), wanted[T](g.DIn[0])
	if len(x) == 0 {
		return
	}
	s := g.In[0].Shape
	sample := s.span(1, s.Rank)
	l := linesOf(s, perm.stored(1))
	l.outer /= s.Dims[0]
	per := float64(sample / groups)
	for at := 0; at < len(x); at += sample {
		v := vectors(g.Scratch, l.n)
		mean, inv, sum, products := v[0], v[1], v[2], v[3]
		xs, ds := x[at:at+sample], d[at:at+sample]
		sumChannels(mean, xs, l)
		shareGroups(mean, groups, per)
		squareChannels(inv, mean, xs, l)
		shareGroups(inv, groups, per)
		sumProducts(sum, products, mean, ds, xs, l)
		for c := range inv {
			inv[c] = 1 / math.Sqrt(inv[c]+eps)
			addAt(g.DIn[1], c, products[c]*inv[c])
			addAt(g.DIn[2], c, sum[c])
			sum[c] *= g.In[1].Float(c)
			products[c] *= g.In[1].Float(c)
		}
		shareGroups(sum, groups, per)
		shareGroups(products, groups, per)
		for c, k := range inv {
			slope := -k * k * k * products[c]
			mean[c] = -k*sum[c] - slope*mean[c]
			inv[c], products[c] = k*g.In[1].Float(c), slope
		}
		if dx != nil {
			addAffine(dx[at:at+sample], ds, xs, l, inv, products, mean)
		}
	}
}
