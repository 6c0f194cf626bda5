package vision

import (
	"math/rand/v2"
	"testing"
)

// counted is a picture that counts how often each of its rows is read.
type counted struct {
	*Image
	reads []int
}

func (c *counted) Size() (w, h int) { return c.W, c.H }

func (c *counted) Row(dst []uint8, y int) {
	c.reads[y]++
	copy(dst, c.Pix[y*c.W*3:(y+1)*c.W*3])
}

// TestFillRows holds a picture that is read by rows against the same one in
// memory, in every way of resampling.
func TestFillRows(t *testing.T) {
	img := NewImage(61, 47)
	r := rand.New(rand.NewPCG(3, 5))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32())
	}
	for _, resample := range []Resample{Bilinear, Nearest, Area} {
		for _, side := range []int{8, 24, 90} {
			p := Preprocess{Width: side, Height: side, Fit: Letterbox, Resample: resample, Colour: RGB, Scale: [3]float32{1, 1, 1}, Pad: 114}
			f, err := NewPreparer(p)
			if err != nil {
				t.Fatal(err)
			}
			for _, region := range []Box{img.Bounds(), {5.5, 3, 40, 70}} {
				want, got := make([]float32, p.Elems()), make([]float32, p.Elems())
				m, err := f.Fill(want, img, region)
				if err != nil {
					t.Fatal(err)
				}
				src := &counted{img, make([]int, img.H)}
				n, err := f.FillRows(got, src, region)
				if err != nil || m != n {
					t.Fatalf("%v by %v: %v", n, m, err)
				}
				for i := range want {
					if got[i] != want[i] {
						t.Fatalf("resample %v, side %d: value %d is %v, want %v", resample, side, i, got[i], want[i])
					}
				}
				for y, n := range src.reads {
					if n > 1 {
						t.Errorf("resample %v, side %d: row %d is read %d times", resample, side, y, n)
					}
				}
			}
			if _, err := f.Fill(make([]float32, p.Elems()), &Image{W: 2, H: 2}, Box{0, 0, 2, 2}); err == nil {
				t.Error("after rows a picture without memory is taken")
			}
		}
	}
}

func TestFillRowsBytes(t *testing.T) {
	img := NewImage(20, 10)
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	p := Preprocess{Width: 10, Height: 10, Resample: Bilinear, Colour: RGB, Scale: [3]float32{1, 1, 1}}
	f, err := NewBytePreparer(p, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	want, got := make([]uint8, p.Elems()), make([]uint8, p.Elems())
	if _, err := f.FillBytes(want, img, img.Bounds()); err != nil {
		t.Fatal(err)
	}
	src := &counted{img, make([]int, img.H)}
	if _, err := f.FillRowsBytes(got, src, img.Bounds()); err != nil || string(got) != string(want) {
		t.Errorf("%v, want %v (%v)", got, want, err)
	}
	if n := testing.AllocsPerRun(5, func() {
		if _, err := f.FillRowsBytes(got, src, img.Bounds()); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	empty := &counted{&Image{}, nil}
	if _, err := f.FillRowsBytes(got, empty, Box{0, 0, 1, 1}); err == nil {
		t.Error("an empty picture is taken")
	}
	floats, err := NewPreparer(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := floats.FillRowsBytes(got, src, img.Bounds()); err == nil {
		t.Error("bytes of a Preparer that is not made for them")
	}
}
