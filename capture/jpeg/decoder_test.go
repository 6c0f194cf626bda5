package jpeg

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	stdjpeg "image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

var samplings = []struct {
	name string
	of   [3][2]int
}{
	{"grey", [3][2]int{{1, 1}}},
	{"grey in odd units", [3][2]int{{2, 2}}},
	{"4:4:4", [3][2]int{{1, 1}, {1, 1}, {1, 1}}},
	{"4:2:2", [3][2]int{{2, 1}, {1, 1}, {1, 1}}},
	{"4:2:2 as some cameras write it", [3][2]int{{2, 2}, {1, 2}, {1, 2}}},
	{"4:2:0", [3][2]int{{2, 2}, {1, 1}, {1, 1}}},
	{"4:4:0", [3][2]int{{1, 2}, {1, 1}, {1, 1}}},
	{"4:1:1", [3][2]int{{4, 1}, {1, 1}, {1, 1}}},
	{"4:1:0", [3][2]int{{4, 2}, {1, 1}, {1, 1}}},
}

func decode(t testing.TB, data []byte, s Scale) *Picture {
	t.Helper()
	var d Decoder
	var p Picture
	if err := d.Decode(&p, data, s); err != nil {
		t.Fatal(err)
	}
	return &p
}

func at(plane []byte, stride, x, y int) int { return int(plane[y*stride+x]) }

// same holds p against the standard library's result, within 2 levels.
func same(t *testing.T, p *Picture, want image.Image) {
	t.Helper()
	b := want.Bounds()
	if p.W != b.Dx() || p.H != b.Dy() {
		t.Fatalf("%d x %d, want %v", p.W, p.H, b)
	}
	wrong := func(c string, x, y, got, want int) {
		if max(got-want, want-got) > 2 {
			t.Fatalf("%s at %d, %d is %d, want %d", c, x, y, got, want)
		}
	}
	for y := range p.H {
		for x := range p.W {
			if g, ok := want.(*image.Gray); ok {
				wrong("luma", x, y, at(p.Y, p.YStride, x, y), int(g.GrayAt(x, y).Y))
				continue
			}
			w := want.(*image.YCbCr)
			wrong("luma", x, y, at(p.Y, p.YStride, x, y), int(w.Y[w.YOffset(x, y)]))
			wrong("Cb", x, y, at(p.Cb, p.CStride, x>>p.ShiftX, y>>p.ShiftY), int(w.Cb[w.COffset(x, y)]))
			wrong("Cr", x, y, at(p.Cr, p.CStride, x>>p.ShiftX, y>>p.ShiftY), int(w.Cr[w.COffset(x, y)]))
		}
	}
	if _, grey := want.(*image.Gray); grey != p.Grey() {
		t.Errorf("grey: %v", p.Grey())
	}
}

func TestAgreesWithStandardLibrary(t *testing.T) {
	for _, s := range samplings {
		for _, c := range []struct{ w, h, quality, interval int }{{96, 64, 8, 0}, {101, 67, 3, 0}, {33, 50, 1, 2}, {17, 9, 40, 1}, {130, 90, 6, 9}, {1, 1, 5, 0}} {
			for _, scans := range []bool{false, true} {
				e := encoder{w: c.w, h: c.h, sampling: s.of, quality: c.quality, interval: c.interval, tables: true, scans: scans}
				t.Run(fmt.Sprintf("%s/%dx%d/scans=%v", s.name, c.w, c.h, scans), func(t *testing.T) {
					data := e.bytes()
					if scans && c.interval > 0 {
						// The standard library counts restarts otherwise there.
						e.scans = false
						if !equal(decode(t, data, Full), decode(t, e.bytes(), Full)) {
							t.Error("scans of one component give another picture")
						}
						return
					}
					want, err := stdjpeg.Decode(bytes.NewReader(data))
					if err != nil {
						t.Fatal(err)
					}
					same(t, decode(t, data, Full), want)
				})
			}
		}
	}
}

// equal compares the pixels; what lies beyond the last of a row may differ.
func equal(p, q *Picture) bool {
	if p.W != q.W || p.H != q.H || p.Grey() != q.Grey() || p.ShiftX != q.ShiftX || p.ShiftY != q.ShiftY {
		return false
	}
	for y := range p.H {
		for x := range p.W {
			cx, cy := x>>p.ShiftX, y>>p.ShiftY
			if at(p.Y, p.YStride, x, y) != at(q.Y, q.YStride, x, y) {
				return false
			}
			if !p.Grey() && (at(p.Cb, p.CStride, cx, cy) != at(q.Cb, q.CStride, cx, cy) || at(p.Cr, p.CStride, cx, cy) != at(q.Cr, q.CStride, cx, cy)) {
				return false
			}
		}
	}
	return true
}

// TestStandardTables decodes what a USB camera sends: no Huffman tables, and
// padding behind the picture.
func TestStandardTables(t *testing.T) {
	e := encoder{w: 80, h: 48, sampling: samplings[3].of, quality: 7}
	bare := e.bytes()
	e.tables = true
	full := e.bytes()
	if len(full)-len(bare) < 400 {
		t.Fatal("the tables were not left out")
	}
	want := decode(t, full, Full)
	if !equal(want, decode(t, append(bare, make([]byte, 100)...), Full)) {
		t.Error("without tables the picture is another")
	}
	// A picture with tables of its own must not leave them to the next one.
	var d Decoder
	var p Picture
	own := encoder{w: 16, h: 16, sampling: samplings[2].of, quality: 7, tables: true}
	swapped := bytes.Replace(own.bytes(), append([]byte{0x00}, standard[0][0].counts[:]...), append([]byte{0x00}, standard[0][1].counts[:]...), 1)
	d.Decode(&p, swapped, Full) // whatever comes of it
	if err := d.Decode(&p, bare, Full); err != nil || !equal(want, &p) {
		t.Errorf("after tables of another picture: %v", err)
	}
}

func TestTransforms(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var f [64]int32
		last := 0
		most := []int{1, 3, 10, 64}[r.IntN(4)]
		for k := range most {
			if k == 0 || r.IntN(3) == 0 {
				f[zigzag[k]] = int32(r.IntN(400) - 200)
				last = k
			}
		}
		for _, n := range []int{8, 4, 2, 1} {
			want := inverse(&f, n)
			b, got := f, make([]byte, 64)
			if n == 8 {
				transform(&b, last, got, 8)
			} else {
				transformScaled(&b, last, n, got, 8)
			}
			if b != [64]int32{} {
				t.Fatal("the block is not cleared")
			}
			for i, w := range want {
				g := float64(got[i/n*8+i%n])
				if w = max(0, min(255, w)); g < w-1 || g > w+1 {
					t.Fatalf("%d points, last %d: sample %d is %v, want %v", n, last, i, g, w)
				}
			}
		}
	}
}

// TestScaled holds scaled pictures against averages of the full one.
func TestScaled(t *testing.T) {
	for _, s := range samplings {
		e := encoder{w: 203, h: 149, sampling: s.of, quality: 4, tables: true}
		data := e.bytes()
		full := decode(t, data, Full)
		for _, sc := range []Scale{Half, Quarter, Eighth} {
			p, n := decode(t, data, sc), 1<<sc
			if p.W != ceilDiv(203, n) || p.H != ceilDiv(149, n) || p.ShiftX != full.ShiftX || p.Grey() != full.Grey() {
				t.Fatalf("%s by %d: %d x %d", s.name, n, p.W, p.H)
			}
			off, count := 0, 0
			for y := range full.H / n {
				for x := range full.W / n {
					sum := 0
					for i := range n * n {
						sum += at(full.Y, full.YStride, x*n+i%n, y*n+i/n)
					}
					d := at(p.Y, p.YStride, x, y) - sum/(n*n)
					off += max(d, -d)
					count++
				}
			}
			if mean := float64(off) / float64(count); mean > 4 {
				t.Errorf("%s by %d: %.2f levels off averages", s.name, n, mean)
			}
		}
	}
}

func TestTorn(t *testing.T) {
	e := encoder{w: 96, h: 96, sampling: samplings[5].of, quality: 6, interval: 5, tables: true}
	data := e.bytes()
	whole := decode(t, data, Full)
	scan := bytes.Index(data, []byte{0xff, markSOS})
	var d Decoder
	for n := 0; n < len(data)-2; n += 7 {
		p := Picture{Y: bytes.Repeat([]byte{9}, 96*96)} // as a picture before left it
		err := d.Decode(&p, data[:n], Full)
		var torn *ErrTorn
		if !errors.As(err, &torn) {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
		if torn.Rows%16 != 0 || n < scan && torn.Rows > 0 || torn.Offset > n {
			t.Fatalf("%d bytes: %+v", n, torn)
		}
		if n < scan+14 {
			continue
		}
		if !bytes.Equal(p.Y[:torn.Rows*96], whole.Y[:torn.Rows*96]) || !bytes.Equal(p.Cb[:torn.Rows/2*48], whole.Cb[:torn.Rows/2*48]) {
			t.Fatalf("%d bytes: the %d rows that are whole differ", n, torn.Rows)
		}
		if i := torn.Rows * 96; i < len(p.Y) && (p.Y[i] != 128 || p.Y[len(p.Y)-1] != 128 || p.Cr[len(p.Cr)-1] != 128) {
			t.Fatalf("%d bytes: below the %d rows it is not grey", n, torn.Rows)
		}
	}
	// Nearly all of it: most rows must have been found.
	var torn *ErrTorn
	if errors.As(d.Decode(&Picture{}, data[:len(data)-40], Full), &torn); torn.Rows != 80 {
		t.Errorf("of 96 rows without the last bytes %d are whole, want 80", torn.Rows)
	}
}

func TestTornWithin(t *testing.T) {
	e := encoder{w: 64, h: 64, sampling: samplings[3].of, quality: 6, interval: 4, tables: true}
	data := e.bytes()
	for name, damage := range map[string]func([]byte){
		"a restart marker of another number": func(b []byte) { b[bytes.Index(b, []byte{0xff, markRST0 + 3})+1] = markRST0 + 5 },
		"an end in the middle":               func(b []byte) { copy(b[bytes.Index(b, []byte{0xff, markRST0 + 3}):], []byte{0xff, markEOI}) },
	} {
		b := bytes.Clone(data)
		damage(b)
		var torn *ErrTorn
		if err := new(Decoder).Decode(&Picture{}, b, Full); !errors.As(err, &torn) || torn.Rows != 32 {
			t.Errorf("%s: %v, want 32 rows", name, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	e := encoder{w: 16, h: 16, sampling: samplings[5].of, quality: 6, tables: true}
	good := e.bytes()
	sof := bytes.Index(good, []byte{0xff, markSOF0})
	for _, c := range []struct {
		name        string
		at          int
		to          byte
		unsupported bool
	}{
		{"progressive", sof + 1, 0xc2, true},
		{"lossless", sof + 1, 0xc3, true},
		{"arithmetic", sof + 1, 0xc9, true},
		{"12 bits", sof + 4, 12, true},
		{"four colours", sof + 9, 4, true},
		{"no colours", sof + 9, 0, true},
		{"three times as much luma", sof + 11, 0x31, true},
		{"more chroma than luma", sof + 14, 0x44, true},
		{"a table that is not there", sof + 12, 2, false},
		{"a sampling of zero", sof + 11, 0x02, false},
		{"not a JPEG", 0, 'x', false},
		{"no width", sof + 8, 0, true},
	} {
		b := bytes.Clone(good)
		b[c.at] = c.to
		err := new(Decoder).Decode(&Picture{}, b, Full)
		var torn *ErrTorn
		var unsupported *ErrUnsupported
		if errors.As(err, &unsupported) != c.unsupported || errors.As(err, &torn) == c.unsupported {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	huge := bytes.Clone(good)
	copy(huge[sof+5:], []byte{0xff, 0xff, 0xff, 0xff})
	if err := new(Decoder).Decode(&Picture{}, huge, Full); !errors.As(err, new(*ErrUnsupported)) {
		t.Errorf("65535 x 65535: %v", err)
	}
	if err := new(Decoder).Decode(&Picture{}, good, 4); err == nil {
		t.Error("a scale of 1/16 is taken")
	}
}

func TestAllocatesNothing(t *testing.T) {
	e := encoder{w: 160, h: 120, sampling: samplings[3].of, quality: 6, interval: 10}
	bare := e.bytes()
	e.tables = true
	full := e.bytes()
	var d Decoder
	var p Picture
	for _, s := range []Scale{Full, Half, Quarter, Eighth} {
		if n := testing.AllocsPerRun(3, func() {
			if d.Decode(&p, bare, s) != nil || d.Decode(&p, full, s) != nil {
				t.Error("not decoded")
			}
		}); n != 0 {
			t.Errorf("scale %d: %v allocations", s, n)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for i, s := range samplings {
		e := encoder{w: 40, h: 24, sampling: s.of, quality: 12, interval: i % 3, tables: i%2 == 0, scans: i == 4}
		f.Add(e.bytes(), byte(i))
	}
	var d Decoder
	f.Fuzz(func(t *testing.T, data []byte, scale byte) {
		var p Picture
		err := d.Decode(&p, data, Scale(scale%4))
		var torn *ErrTorn
		var unsupported *ErrUnsupported
		switch {
		case err == nil:
			if p.W < 1 || p.H < 1 || len(p.Y) < (p.H-1)*p.YStride+p.W {
				t.Fatalf("no error, and a picture of %d x %d with %d bytes", p.W, p.H, len(p.Y))
			}
			if want, err := stdjpeg.DecodeConfig(bytes.NewReader(data)); err == nil && scale%4 == 0 && (want.Width != p.W || want.Height != p.H) {
				t.Fatalf("%d x %d, but the header says %d x %d", p.W, p.H, want.Width, want.Height)
			}
		case errors.As(err, &torn):
			if torn.Rows > p.H {
				t.Fatalf("%d rows of %d are whole", torn.Rows, p.H)
			}
		case !errors.As(err, &unsupported):
			t.Fatalf("an error of type %T", err)
		}
		if d.coeffs != [64]int32{} {
			t.Fatal("coefficients are left for the next picture")
		}
	})
}

func TestScaleFor(t *testing.T) {
	for _, c := range []struct {
		reduction float64
		want      Scale
	}{{-1, Full}, {0.5, Full}, {1.99, Full}, {2, Half}, {3.9, Half}, {4, Quarter}, {7.99, Quarter}, {8, Eighth}, {1e9, Eighth}, {math.NaN(), Full}} {
		if got := ScaleFor(c.reduction); got != c.want {
			t.Errorf("ScaleFor(%v) is %v, want %v", c.reduction, got, c.want)
		}
	}
}
