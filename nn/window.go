package nn

import "strings"

// MaxSpatial is the largest number of spatial dimensions of a Window.
const MaxSpatial = MaxRank - 2

// maxKernel bounds the positions of one kernel, and any one stride, dilation
// or pad, so that no product of them overflows.
const maxKernel = 1 << 24

// Window is the geometry of a convolution or a pooling over an operand laid
// out N, C, spatial…: one WindowAxis for each of the first Rank entries.
type Window struct {
	Rank int
	Axis [MaxSpatial]WindowAxis
}

// WindowAxis is the geometry along one spatial dimension. Output position o
// reads input position o·Stride − Begin + k·Dilation with kernel position k;
// outside 0..In-1 lies padding. (A ConvTranspose turns that about: input
// position i adds to output position i·Stride − Begin + k·Dilation.)
type WindowAxis struct {
	In, Out    int
	Kernel     int // taps
	Stride     int
	Dilation   int // distance between taps
	Begin, End int // padding before and after, as the attributes ask for
}

// Extent returns the positions from the first tap to the last, both included.
func (a WindowAxis) Extent() int { return (a.Kernel-1)*a.Dilation + 1 }

// Inside returns the output positions lo..hi-1 at which tap k falls on the
// input rather than on padding; none when hi ≤ lo.
func (a WindowAxis) Inside(k int) (lo, hi int) {
	first := a.Begin - k*a.Dilation // the input position 0 lies at output first/Stride
	if first > 0 {
		lo = (first + a.Stride - 1) / a.Stride
	}
	if last := a.In - 1 + first; last >= 0 {
		hi = min(last/a.Stride+1, a.Out)
	}
	return lo, hi
}

// Counted returns how many taps of output position o fall on the input, or
// with pads also on the padding that the attributes ask for. Positions that
// ceil_mode adds past that padding are never counted.
func (a WindowAxis) Counted(o int, pads bool) int {
	start, end := o*a.Stride-a.Begin, a.In
	if pads {
		end += a.End
	}
	from := 0
	if start < 0 && !pads {
		from = (-start + a.Dilation - 1) / a.Dilation
	}
	if start >= end {
		return 0
	}
	return max(0, min((end-1-start)/a.Dilation+1, a.Kernel)-from)
}

// Taps returns the number of kernel positions.
func (w *Window) Taps() int {
	n := 1
	for i := range w.Rank {
		n *= w.Axis[i].Kernel
	}
	return n
}

// InElems returns the number of input positions of one channel.
func (w *Window) InElems() int {
	n := 1
	for i := range w.Rank {
		n *= w.Axis[i].In
	}
	return n
}

// OutElems returns the number of output positions of one channel.
func (w *Window) OutElems() int {
	n := 1
	for i := range w.Rank {
		n *= w.Axis[i].Out
	}
	return n
}

// Shape returns the result's shape for that many pictures and channels.
func (w *Window) Shape(pictures, channels int) (Shape, error) {
	dims := [MaxRank]int{pictures, channels}
	for i := range w.Rank {
		dims[2+i] = w.Axis[i].Out
	}
	s, err := NewShape(dims[:2+w.Rank]...)
	if err != nil {
		return s, Invalidf("", "result: %v", err)
	}
	return s, nil
}

// windowAttrs are the attributes that convolutions and poolings share.
type windowAttrs struct {
	autoPad                          string
	kernel, strides, dilations, pads []int
	ceil                             bool
}

// axes checks the attributes against the operand's shape and fills in all of
// a Window but pads and outputs.
func (a *windowAttrs) axes(x Shape) (Window, error) {
	w := Window{Rank: x.Rank - 2}
	if w.Rank < 1 {
		return w, Invalidf("", "operand of rank %d, want at least 3", x.Rank)
	}
	for _, err := range [...]error{
		checkInts("kernel_shape", a.kernel, 1, w.Rank), checkOptional("strides", a.strides, 1, w.Rank),
		checkOptional("dilations", a.dilations, 1, w.Rank), checkOptional("pads", a.pads, 0, 2*w.Rank),
	} {
		if err != nil {
			return w, err
		}
	}
	taps := 1
	for i := range w.Rank {
		w.Axis[i] = WindowAxis{In: x.Dims[2+i], Kernel: a.kernel[i],
			Stride: at(a.strides, i, 1), Dilation: at(a.dilations, i, 1)}
		if taps *= a.kernel[i]; taps > maxKernel {
			return w, Invalidf("kernel_shape", "has more than %d positions", maxKernel)
		}
	}
	return w, nil
}

// checkOptional is checkInts for an attribute that may be absent.
func checkOptional(name string, v []int, least, want int) error {
	if v == nil {
		return nil
	}
	return checkInts(name, v, least, want)
}

// checkInts checks that an attribute has want elements, none below least or
// beyond reason.
func checkInts(name string, v []int, least, want int) error {
	if len(v) != want {
		return Invalidf(name, "has %d elements, want %d", len(v), want)
	}
	for _, n := range v {
		if n < least || n > maxKernel {
			return Invalidf(name, "%d is outside %d..%d", n, least, maxKernel)
		}
	}
	return nil
}

// at returns element i of an optional attribute.
func at(v []int, i, absent int) int {
	if v == nil {
		return absent
	}
	return v[i]
}

// window returns the geometry over an operand of shape x.
func (a *windowAttrs) window(x Shape) (Window, error) {
	w, err := a.axes(x)
	if err != nil {
		return w, err
	}
	for i := range w.Rank {
		if err := a.place(&w.Axis[i], i, w.Rank); err != nil {
			return w, err
		}
	}
	return w, nil
}

// place sets the pads and the outputs of axis i.
func (a *windowAttrs) place(x *WindowAxis, i, rank int) error {
	switch a.autoPad {
	case "SAME_UPPER", "SAME_LOWER":
		x.Out = (x.In + x.Stride - 1) / x.Stride
		x.Begin, x.End = halves(max(0, (x.Out-1)*x.Stride+x.Extent()-x.In), a.autoPad == "SAME_UPPER")
	case "NOTSET", "":
		x.Begin, x.End = at(a.pads, i, 0), at(a.pads, rank+i, 0)
	}
	if x.Out == 0 {
		free := x.In + x.Begin + x.End - x.Extent()
		if free < 0 {
			return Invalidf("kernel_shape", "spatial dimension %d is %d with pads %d and %d, less than the %d that the kernel spans",
				i, x.In, x.Begin, x.End, x.Extent())
		}
		x.Out = free/x.Stride + 1
		// A window that ceil_mode adds must start on the input or on the
		// padding before it.
		if a.ceil && free%x.Stride != 0 && x.Out*x.Stride < x.In+x.Begin {
			x.Out++
		}
	}
	if x.In == 0 {
		return Invalidf("", "spatial dimension %d is empty", i)
	}
	return checkAutoPad(a.autoPad)
}

func checkAutoPad(mode string) error {
	switch mode {
	case "NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER":
		return nil
	}
	return Invalidf("auto_pad", "%q, want NOTSET, VALID, SAME_UPPER or SAME_LOWER", strings.Clone(mode))
}

// halves splits padding in two; the odd one goes to the end with upper.
func halves(total int, upper bool) (begin, end int) {
	if upper {
		return total / 2, total - total/2
	}
	return total - total/2, total / 2
}

// A tap is one kernel position together with the rows of outputs (runs along
// the last axis) for which it falls on the input. The loops over convolutions
// and poolings take the taps in turn, so that padding never shows inside them.
type tap struct {
	n, step int // elements of a row, and the distance between their inputs
	out, in int // offsets of the current row's first element in a channel

	lo, hi, pos, k [MaxSpatial]int
}

// first sets t to the first row of kernel position number k; false when it
// only ever meets padding.
func (t *tap) first(w *Window, k int) bool {
	for i := w.Rank - 1; i >= 0; i-- {
		a := &w.Axis[i]
		t.k[i] = k % a.Kernel
		k /= a.Kernel
		t.lo[i], t.hi[i] = a.Inside(t.k[i])
		if t.hi[i] <= t.lo[i] {
			return false
		}
		t.pos[i] = t.lo[i]
	}
	last := w.Rank - 1
	t.n, t.step = t.hi[last]-t.lo[last], w.Axis[last].Stride
	t.place(w)
	return true
}

// next goes to the next row; false after the last.
func (t *tap) next(w *Window) bool {
	i := w.Rank - 2
	for ; i >= 0; i-- {
		if t.pos[i]++; t.pos[i] < t.hi[i] {
			t.place(w)
			return true
		}
		t.pos[i] = t.lo[i]
	}
	return false
}

func (t *tap) place(w *Window) {
	t.out, t.in = 0, 0
	for i := range w.Rank {
		a := &w.Axis[i]
		t.out = t.out*a.Out + t.pos[i]
		t.in = t.in*a.In + t.pos[i]*a.Stride - a.Begin + t.k[i]*a.Dilation
	}
}

// A windowWalk goes over the output positions of one channel in order, for
// loops that need a whole window at a time.
type windowWalk struct {
	w   *Window
	pos [MaxSpatial]int
	k   [MaxSpatial]int // kernel position of the next tap
}

// next goes to the next output position.
func (p *windowWalk) next() {
	for i := p.w.Rank - 1; i >= 0; i-- {
		if p.pos[i]++; p.pos[i] < p.w.Axis[i].Out {
			return
		}
		p.pos[i] = 0
	}
}

// tap returns where the next tap of this position lies in a channel, -1 on
// padding. The taps come in order and start again after the last.
func (p *windowWalk) tap() (at int) {
	for i := range p.w.Rank {
		a := &p.w.Axis[i]
		x := p.pos[i]*a.Stride - a.Begin + p.k[i]*a.Dilation
		if x < 0 || x >= a.In || at < 0 {
			at = -1
			continue
		}
		at = at*a.In + x
	}
	for i := p.w.Rank - 1; i >= 0; i-- {
		if p.k[i]++; p.k[i] < p.w.Axis[i].Kernel {
			break
		}
		p.k[i] = 0
	}
	return at
}
