package vision

import "testing"

// rowsOf is a picture that is read by rows.
type rowsOf struct{ *Image }

func (r rowsOf) Size() (w, h int) { return r.W, r.H }

func (r rowsOf) Row(dst []uint8, y int) { copy(dst, r.Pix[y*r.W*3:(y+1)*r.W*3]) }

func TestPatch(t *testing.T) {
	m := NewImage(20, 10)
	for i := range m.Pix {
		m.Pix[i] = uint8(i * 7)
	}
	var p Patch
	if p.Holds(Box{X2: 1, Y2: 1}, 20, 10) {
		t.Error("an empty patch holds something")
	}
	for _, c := range []struct {
		part       Box
		x, y, w, h int
	}{
		{Box{2.5, 3, 5.2, 7}, 2, 3, 4, 4},
		{Box{-5, -5, 100, 100}, 0, 0, 20, 10},
		{Box{-5, 4, -2, 5}, 0, 4, 1, 1},
		{Box{30, 20, 40, 30}, 19, 9, 1, 1},
		{Box{7, 7, 7, 7}, 7, 7, 1, 1},
	} {
		p.Read(rowsOf{m}, c.part)
		if p.X != c.x || p.Y != c.y || p.W != c.w || p.H != c.h || len(p.Pix) != c.w*c.h*3 {
			t.Fatalf("%v: %d×%d at %d,%d", c.part, p.W, p.H, p.X, p.Y)
		}
		for y := range p.H {
			for x := range p.W {
				r, g, b := p.At(x, y)
				if wr, wg, wb := m.At(p.X+x, p.Y+y); r != wr || g != wg || b != wb {
					t.Fatalf("%v: pixel %d,%d", c.part, x, y)
				}
			}
		}
		if !p.Holds(c.part, 20, 10) {
			t.Errorf("%v is not held by what was read for it", c.part)
		}
	}
	p.Read(rowsOf{m}, Box{2, 3, 6, 7})
	if p.Holds(Box{1.9, 3, 6, 7}, 20, 10) || p.Holds(Box{2, 3, 6, 7.1}, 20, 10) || !p.Holds(Box{3, 4, 5, 5}, 20, 10) {
		t.Error("what is held")
	}
	p.Clear()
	if p.Holds(Box{3, 4, 5, 5}, 20, 10) {
		t.Error("what was cleared is held")
	}
	if n := testing.AllocsPerRun(20, func() { p.Read(rowsOf{m}, Box{2, 3, 6, 7}) }); n > 1 { // the test's own rowsOf
		t.Errorf("%v allocations", n)
	}
}
