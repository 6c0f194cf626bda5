package capture

import (
	"bytes"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	"slices"
	"testing"
	"time"
)

func TestSuperviseFrozen(t *testing.T) {
	still := func(l *liar, f *Frame) error {
		l.fill(f, 100, false)
		return nil
	}
	s := &lies{script: []func(*liar, *Frame) error{func(l *liar, f *Frame) error {
		if l.n <= 10 {
			return good(l, f)
		}
		return still(l, f)
	}, still, still, good}}
	v, seen := supervised(t, s, SuperviseOptions{Frozen: 4 * time.Second})
	take(t, v, 10+100)
	if h := v.Snapshot().Health; h != OK {
		t.Fatalf("%v before its time", h)
	}
	take(t, v, 1) // 4 s after the first that was the same
	if snap := v.Snapshot(); snap.Health != Frozen || snap.State != Degraded || snap.Problem == "" {
		t.Fatalf("%+v", snap)
	}
	// It is opened again at once, then after 8 s and so on, and stays frozen
	// until there is another picture.
	for i, frames := range []int{200, 1, 399, 1} {
		take(t, v, frames)
		want := []uint64{1, 2, 2, 3}[i]
		if snap := v.Snapshot(); snap.Reopened != want {
			t.Errorf("step %d: %+v, want reopened %d times", i, snap, want)
		}
	}
	take(t, v, 3)
	if want := []Health{Opening, OK, Frozen, OK}; !slices.Equal(*seen, want) || len(s.clock.pauses) != 0 {
		t.Errorf("%v, want %v; pauses %v", *seen, want, s.clock.pauses)
	}
}

// TestSuperviseShades: black and white pictures are told after a while, and
// are not when they pass.
func TestSuperviseShades(t *testing.T) {
	for v0, want := range map[byte]Health{3: Black, 254: Overexposed} {
		s := &lies{script: []func(*liar, *Frame) error{func(l *liar, f *Frame) error {
			if l.n < 40 || l.n > 100 && l.n < 140 || l.n > 200 && l.n < 300 {
				l.fill(f, v0, false)
				return nil
			}
			return good(l, f)
		}}}
		v, seen := supervised(t, s, SuperviseOptions{})
		take(t, v, 200)
		if !slices.Equal(*seen, []Health{Opening, OK}) {
			t.Errorf("%v: told of what passes: %v", want, *seen)
		}
		take(t, v, 52)
		if v.Snapshot().Health != want || v.Snapshot().Reopened != 0 {
			t.Errorf("%v: %+v", want, v.Snapshot())
		}
		take(t, v, 100)
		if !slices.Equal(*seen, []Health{Opening, OK, want, OK}) {
			t.Errorf("%v: %v", want, *seen)
		}
	}
}

// TestLumaOf: every format's luma is found, whatever lies beside it.
func TestLumaOf(t *testing.T) {
	for f := YUYV; f < formats; f++ {
		if f == MJPEG {
			continue
		}
		for _, c := range []struct {
			level int
			want  Health
		}{{0, Black}, {120, OK}, {255, Overexposed}} {
			r := Raster{Format: f, W: 101, H: 67}
			r.lay(make([]byte, 2*frameBytes(f, 104, 70)), 0)
			fill := func(level int) {
				s := scene{r}
				for y := range r.H {
					s.span(y, 0, r.W, colourOf(level, level, level))
				}
			}
			fill(c.level)
			mark, shade := lumaOf(&r)
			if shade != c.want {
				t.Errorf("%v: level %d is %v", f, c.level, shade)
			}
			if again, _ := lumaOf(&r); again != mark {
				t.Errorf("%v: the same picture has another mark", f)
			}
			for y := range 3 {
				(&scene{r}).span(r.H/2+y, r.W/2-4, r.W/2+4, colourOf(77, 77, 77))
			}
			if other, _ := lumaOf(&r); other == mark {
				t.Errorf("%v: another picture has the same mark", f)
			}
		}
	}
}

// TestShadeOfColours: a picture of one strong colour is neither black nor
// white, whichever of the three it is, and each counts in the mark.
func TestShadeOfColours(t *testing.T) {
	marks := map[uint64]bool{}
	for c := range 3 {
		r := Raster{Format: RGB, W: 80, H: 60}
		r.lay(make([]byte, frameBytes(RGB, r.W, r.H)), 0)
		for i := c; i < len(r.Planes[0].Pix); i += 3 {
			r.Planes[0].Pix[i] = 255
		}
		mark, shade := lumaOf(&r)
		if shade != OK {
			t.Errorf("only colour %d: %v", c, shade)
		}
		marks[mark] = true
	}
	if len(marks) != 3 {
		t.Errorf("%d marks of three colours", len(marks))
	}
}

// plainJPEG is a picture of one grey.
func plainJPEG(t *testing.T, level uint8) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range m.Pix {
		m.Pix[i] = color.Gray{Y: level}.Y
	}
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLookMJPEG(t *testing.T) {
	for level, want := range map[uint8]Health{0: Black, 255: Overexposed, 90: Frozen} {
		l := looker{frozen: 5 * time.Second, dark: 2 * time.Second, shade: OK}
		f := Frame{Raster: Raster{Format: MJPEG, FullRange: true}}
		f.Planes[0].Pix = plainJPEG(t, level)
		var got Health
		for i := range 200 {
			got = l.look(&f, time.Duration(i)*liarPeriod)
		}
		if got != want {
			t.Errorf("level %d: %v, want %v", level, got, want)
		}
		a, _ := jpegOf(t, 64, 48, 1)
		f.Planes[0].Pix = a
		for i := range 30 {
			got = l.look(&f, 8*time.Second+time.Duration(i)*liarPeriod)
		}
		if got != OK {
			t.Errorf("after level %d: %v", level, got)
		}
	}
}
