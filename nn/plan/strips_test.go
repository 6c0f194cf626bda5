package plan

import (
	"time"
	"unsafe"
)

// Strips runs a Runner's steps on one thread, but where a depthwise convolution
// is read by a pointwise one alone, the two by turns: a strip of pixels of the
// first, kept in one small buffer, then the product of it. That is what a step
// that fuses the two would do. It is a measurement: see BenchmarkStrips.
type Strips struct {
	r     *Runner
	steps []func()
	Pairs int // of steps that are run by turns

	// Aside is the time of the last Run that a fused step would not take: where
	// the product lies in the memory of what the convolution reads, which only
	// the steps as they are allow, that is copied first.
	Aside time.Duration
}

// NewStrips makes strips of about so many bytes.
func NewStrips(r *Runner, bytes int) *Strips {
	s := &Strips{r: r}
	for i := 0; i < len(r.execs); i++ {
		if i+1 < len(r.execs) {
			if pair := s.pair(r.execs[i], r.execs[i+1], bytes); pair != nil {
				s.steps = append(s.steps, pair)
				s.Pairs++
				i++
				continue
			}
		}
		e := r.execs[i]
		s.steps = append(s.steps, func() {
			e.prepare()
			for part := range e.parts() {
				e.run(&r.args, part)
			}
		})
	}
	return s
}

// Run is Runner.Run by strips.
func (s *Strips) Run() {
	s.Aside = 0
	for _, step := range s.steps {
		step()
	}
}

// depthwiseStrip is a depthwise convolution that writes a strip of pixels to a
// buffer; unit pixels are the least it does at a time.
type depthwiseStrip struct {
	x, out, unit, pixelBytes int
	prepare                  func()
	read                     func(px unsafe.Pointer, before []byte)
	run                      func(args *kernelArgs, to unsafe.Pointer, first, pixels int)
}

func newDepthwiseStrip(e exec) *depthwiseStrip {
	switch e := e.(type) {
	case *depthwiseExec:
		step := *e.depthwiseStep
		c := &depthwiseExec{&step, e.px, e.pout, e.before}
		read := func(px unsafe.Pointer, before []byte) { c.px, c.before = px, before }
		return &depthwiseStrip{e.x, e.out, e.w, 4 * e.c, c.prepare, read, func(args *kernelArgs, to unsafe.Pointer, first, pixels int) {
			c.pout, step.perPart = unsafe.Add(to, -4*first*step.c), pixels/step.w
			c.run(args, first/pixels)
		}}
	case *tapsI8Exec:
		if e.weights == nil {
			return nil
		}
		step := *e.tapsI8Step
		c := &tapsI8Exec{tapsI8Step: &step, px: e.px, pout: e.pout, before: e.before}
		read := func(px unsafe.Pointer, before []byte) { c.px, c.before = px, before }
		return &depthwiseStrip{e.x, e.out, 1, e.c, c.prepare, read, func(args *kernelArgs, to unsafe.Pointer, first, pixels int) {
			c.pout, step.perPart = unsafe.Add(to, -first*step.c), pixels
			c.run(args, first/pixels)
		}}
	}
	return nil
}

// stripProduct is a pointwise convolution by blocks of tiles of a buffer.
type stripProduct struct {
	out, mr, pixels int
	run             func(args *kernelArgs, from unsafe.Pointer, block, blocks, tiles int)
}

func newStripProduct(e exec, x int) *stripProduct {
	switch e := e.(type) {
	case *gemmExec:
		if e.x != x || e.taps != 1 || e.groups != 1 || e.pad != nil {
			return nil
		}
		step := *e.gemmStep
		c := &gemmExec{gemmStep: &step, pc: e.pc, pr: e.pr}
		return &stripProduct{step.out, step.row.MR, step.m, func(args *kernelArgs, from unsafe.Pointer, block, blocks, tiles int) {
			c.pa, step.tilesPerPart = unsafe.Add(from, -4*block*tiles*step.row.MR*step.k), tiles
			for p := range step.panelBlocks() {
				c.run(args, p*blocks+block)
			}
		}}
	case *gemmI8Exec:
		if e.x != x || e.taps != 1 || e.groups != 1 || e.pad != nil {
			return nil
		}
		step := *e.gemmI8Step
		c := *e
		c.gemmI8Step = &step
		return &stripProduct{step.out, step.row.MR, step.m, func(args *kernelArgs, from unsafe.Pointer, block, blocks, tiles int) {
			c.pa, step.tilesPerPart = unsafe.Add(from, -block*tiles*step.row.MR*step.k), tiles
			for p := range step.panelBlocks() {
				c.run(args, p*blocks+block)
			}
		}}
	}
	return nil
}

// pair returns what runs both steps by strips, or nil for steps that are no such
// pair, or whose units no strip of that size is a multiple of.
func (s *Strips) pair(first, second exec, bytes int) func() {
	d := newDepthwiseStrip(first)
	if d == nil {
		return nil
	}
	p := newStripProduct(second, d.out)
	if p == nil || s.r.plan.memory.offset[d.x] != s.r.plan.memory.start[d.x] { // a part's pixels are not side by side
		return nil
	}
	pixels := p.mr
	for pixels%d.unit != 0 {
		pixels += p.mr
	}
	pixels *= max(1, bytes/(pixels*d.pixelBytes))
	if pixels >= p.pixels {
		return nil
	}
	// Pixels are counted from the beginning of the picture, so what lies before
	// the buffer is never touched.
	total := aligned(p.pixels * d.pixelBytes)
	memory := alignedBytes(total + (pixels+p.mr)*d.pixelBytes + align)
	buffer := unsafe.Pointer(&memory[total])
	copyFirst := s.copied(d, p.out)
	args := &s.r.args
	blocks := (p.pixels + pixels - 1) / pixels
	return func() {
		copyFirst()
		d.prepare()
		for b := range blocks {
			d.run(args, buffer, b*pixels, pixels)
			p.run(args, buffer, b, blocks, pixels/p.mr)
		}
	}
}

// copied returns what copies the operand of d to where out does not lie, if it
// must.
func (s *Strips) copied(d *depthwiseStrip, out int) func() {
	m, vals := s.r.plan.memory, s.r.plan.vals
	bytes := func(id int) int { return vals[id].typ.Shape.Elems() * vals[id].typ.DType.Size() }
	if m.offset[out] >= m.offset[d.x]+bytes(d.x) || m.offset[d.x] >= m.offset[out]+bytes(out) {
		return func() {}
	}
	pixel := aligned(vals[d.x].typ.Shape.Dims[3] * vals[d.x].typ.DType.Size())
	own := alignedBytes(pixel + bytes(d.x) + align)
	d.read(unsafe.Pointer(&own[pixel]), own[:pixel])
	return func() {
		at := time.Now()
		copy(own[pixel:], s.r.arena[m.offset[d.x]:][:bytes(d.x)])
		s.Aside += time.Since(at)
	}
}
