package nn

// maxBroadcast is the most operands that one broadcasting loop reads.
const maxBroadcast = 3

// broadcast walks a result and the operands that ONNX broadcasts to it, in
// runs of run elements over which every operand is either contiguous or one
// repeated element. Dimensions that are contiguous for all are merged first,
// so that operands of one shape take a single run, and a channel vector over
// NCHW or NHWC one run a channel or a pixel.
type broadcast struct {
	pos, run, total int
	off             [maxBroadcast]int // where the run of each operand begins
	step            [maxBroadcast]int // 1 where it is contiguous, 0 where it repeats
	operands, rank  int
	dims, index     [MaxRank]int
	stride          [maxBroadcast][MaxRank]int
	started         bool
}

// newBroadcast prepares the walk of out and of operands that broadcast to it.
func newBroadcast(out Shape, in ...Shape) (b broadcast) {
	b.total, b.operands = out.Elems(), len(in)
	var full [maxBroadcast][MaxRank]int
	for k, s := range in {
		full[k] = BroadcastStrides(s, out)
	}
	for d, n := range out.Slice() {
		if n != 1 {
			b.push(n, d, &full)
		}
	}
	b.run = 1
	if b.rank > 0 {
		b.rank--
		b.run = b.dims[b.rank]
		for k := range in {
			b.step[k] = b.stride[k][b.rank]
		}
	}
	return b
}

// push appends a dimension of n elements, merging it into the last one where
// every operand goes on contiguously or repeats.
func (b *broadcast) push(n, d int, full *[maxBroadcast][MaxRank]int) {
	last := b.rank - 1
	merge := last >= 0
	for k := 0; merge && k < b.operands; k++ {
		merge = b.stride[k][last] == full[k][d]*n
	}
	if merge {
		b.dims[last] *= n
	} else {
		last++
		b.rank++
		b.dims[last] = n
	}
	for k := range b.operands {
		b.stride[k][last] = full[k][d]
	}
}

// next moves to the next run; false after the last.
func (b *broadcast) next() bool {
	if !b.started {
		b.started = true
		return b.total > 0
	}
	b.pos += b.run
	if b.pos >= b.total {
		return false
	}
	for d := b.rank - 1; d >= 0; d-- {
		b.index[d]++
		for k := range b.operands {
			b.off[k] += b.stride[k][d]
		}
		if b.index[d] < b.dims[d] {
			break
		}
		for k := range b.operands {
			b.off[k] -= b.stride[k][d] * b.dims[d]
		}
		b.index[d] = 0
	}
	return true
}

// part returns the run of operand k, whose elements are v: one element where
// it repeats.
func part[T any](b *broadcast, k int, v []T) []T {
	if b.step[k] == 0 {
		return v[b.off[k] : b.off[k]+1]
	}
	return v[b.off[k] : b.off[k]+b.run]
}

// wrap returns the mask that makes an index into v, a run of n elements or one
// repeated element, harmless: v[i&wrap(v, n)].
func wrap[T any](v []T, n int) int {
	if len(v) < n {
		return 0
	}
	return -1
}

// binary calls f for every run. A slice of one element beside a longer out is
// repeated.
func binary[T, R Element](out, a, b *Tensor, f func(out []R, a, b []T)) {
	o, x, y := Data[R](out), Data[T](a), Data[T](b)
	it := newBroadcast(out.Shape, a.Shape, b.Shape)
	for it.next() {
		f(o[it.pos:it.pos+it.run], part(&it, 0, x), part(&it, 1, y))
	}
}

// numberLoops are the instances of one arithmetic loop.
type numberLoops struct {
	f32 func(out, a, b []float32)
	f64 func(out, a, b []float64)
	i8  func(out, a, b []int8)
	u8  func(out, a, b []uint8)
	i32 func(out, a, b []int32)
	i64 func(out, a, b []int64)
}

// run computes out from a and b, which may be out itself.
func (l *numberLoops) run(out, a, b *Tensor) {
	switch out.DType {
	case Float32:
		binary(out, a, b, l.f32)
	case Float64:
		binary(out, a, b, l.f64)
	case Int8:
		binary(out, a, b, l.i8)
	case Uint8:
		binary(out, a, b, l.u8)
	case Int32:
		binary(out, a, b, l.i32)
	case Int64:
		binary(out, a, b, l.i64)
	}
}

// broadcastType is the Infer of operations on operands of one type that
// broadcast together; result Invalid stands for that type.
func broadcastType(in []Arg, result DType) ([]Type, error) {
	shapes := make([]Shape, 0, len(in))
	for i, a := range in {
		if a.DType != in[0].DType {
			return nil, Invalidf("", "operand %d is %v, operand 0 is %v", i, a.DType, in[0].DType)
		}
		shapes = append(shapes, a.Shape)
	}
	s, err := Broadcast(shapes...)
	if err != nil {
		return nil, Invalidf("", "%v", err)
	}
	if result == Invalid {
		result = in[0].DType
	}
	return []Type{{DType: result, Shape: s}}, nil
}

// layoutFree reports whether an element-wise operation does the same when its
// operands are stored by perm: each is permuted with the rest or is a single
// element, and the result has the rank of perm.
func layoutFree(perm []int, in []Arg) bool {
	full := false
	for _, a := range in {
		switch {
		case !a.Present():
		case a.Shape.Rank == len(perm):
			full = true
		case a.Shape.Elems() != 1 || a.Shape.Rank > len(perm):
			return false
		}
	}
	return full
}

// addProducts adds d·x to dst; dst and x broadcast to the shape of d, and what
// repeats of dst is summed.
func addProducts(dst, d, x *Tensor) {
	if !dst.Present() {
		return
	}
	switch d.DType {
	case Float32:
		productRuns[float32](dst, d, x)
	case Float64:
		productRuns[float64](dst, d, x)
	}
}

func productRuns[T float32 | float64](dst, d, x *Tensor) {
	to, by, other := Data[T](dst), Data[T](d), Data[T](x)
	it := newBroadcast(d.Shape, dst.Shape, x.Shape)
	for it.next() {
		t, v, o := part(&it, 0, to), by[it.pos:it.pos+it.run], part(&it, 1, other)
		switch {
		case it.step[0] == 1 && it.step[1] == 1:
			o = o[:len(v)]
			for i, e := range v {
				t[i] += e * o[i]
			}
		case it.step[0] == 1:
			multiplyAdd(t, v, o[0], 1)
		case it.step[1] == 1:
			t[0] += T(dotRow(v, o))
		default:
			t[0] += T(sumRow[T, float64](v) * float64(o[0]))
		}
	}
}

// dotRow sums the products of two rows, in two sums so that an addition need
// not wait for the last.
func dotRow[T Float](x, y []T) float64 {
	var a, b float64
	y = y[:len(x)]
	i := 0
	for ; i+2 <= len(x); i += 2 {
		a += float64(x[i]) * float64(y[i])
		b += float64(x[i+1]) * float64(y[i+1])
	}
	if i < len(x) {
		a += float64(x[i]) * float64(y[i])
	}
	return a + b
}

// binaryGrad adds to the gradients by both operands: da and db are given the
// gradient by the result, both operands and the result.
func binaryGrad(g *Grad, da, db func(d, a, b, y float64) float64) {
	switch g.Out[0].DType {
	case Float32:
		broadcastGrad[float32](g, da, db)
	case Float64:
		broadcastGrad[float64](g, da, db)
	}
}

func broadcastGrad[T float32 | float64](g *Grad, da, db func(d, a, b, y float64) float64) {
	a, b, y, d := Data[T](g.In[0]), Data[T](g.In[1]), Data[T](g.Out[0]), Data[T](g.DOut[0])
	ga, gb := wanted[T](g.DIn[0]), wanted[T](g.DIn[1])
	it := newBroadcast(g.Out[0].Shape, g.In[0].Shape, g.In[1].Shape)
	for it.next() {
		for i := range it.run {
			ia, ib, o := it.off[0]+i*it.step[0], it.off[1]+i*it.step[1], it.pos+i
			if ga != nil {
				ga[ia] += T(da(float64(d[o]), float64(a[ia]), float64(b[ib]), float64(y[o])))
			}
			if gb != nil {
				gb[ib] += T(db(float64(d[o]), float64(a[ia]), float64(b[ib]), float64(y[o])))
			}
		}
	}
}
