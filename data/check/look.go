package check

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/vision"
)

const (
	hashSide  = 32 // of the picture that a perceptual hash is made of
	hashBand  = 8  // of the frequencies that it keeps, along each axis
	thumbSide = 16
)

// look is what is kept of one sample.
type look struct {
	err     error
	part    int
	w, h    int
	label   int
	classes []int32 // its class, or those of its objects
	outside int     // landmarks outside the picture
	empty   int     // boxes with less than a pixel in it
	exact   [sha256.Size]byte
	near    uint64                       // perceptual hash
	thumb   [thumbSide * thumbSide]uint8 // in grey
}

// eye makes looks; it serves one goroutine.
type eye struct {
	small, thumb *vision.Preparer
	grey         [hashSide * hashSide]float32
	pixels       [thumbSide * thumbSide]float32
	cosines      [hashBand][hashSide]float64
}

func newEye() *eye {
	shrink := func(side int) *vision.Preparer {
		f, err := vision.NewPreparer(vision.Preprocess{Width: side, Height: side, Fit: vision.Stretch, Resample: vision.Area, Colour: vision.Gray, Scale: [3]float32{1}})
		if err != nil {
			panic(err) // constants
		}
		return f
	}
	e := &eye{small: shrink(hashSide), thumb: shrink(thumbSide)}
	for u := range e.cosines {
		for x := range e.cosines[u] {
			e.cosines[u][x] = math.Cos(math.Pi * float64(u) * (float64(x) + 0.5) / hashSide)
		}
	}
	return e
}

func (e *eye) look(src data.Source, i int) look {
	s, err := src.Sample(i)
	if err != nil {
		return look{err: err}
	}
	l := look{w: s.Image.W, h: s.Image.H, label: s.Label}
	if s.Label >= 0 {
		l.classes = []int32{int32(s.Label)}
	}
	for _, o := range s.Objects {
		l.classes = append(l.classes, int32(o.Class))
		if b := o.Box.Clip(s.Image.Bounds()); !(b.Width()*b.Height() >= 1) {
			l.empty++
		}
	}
	for _, p := range s.Points {
		if b := s.Image.Bounds(); p.X < b.X1 || p.Y < b.Y1 || p.X > b.X2 || p.Y > b.Y2 {
			l.outside++
		}
	}
	h := sha256.New()
	h.Write(binary.LittleEndian.AppendUint64(nil, uint64(s.Image.W)))
	h.Write(s.Image.Pix)
	h.Sum(l.exact[:0])
	if _, err := e.small.Fill(e.grey[:], s.Image, s.Image.Bounds()); err != nil {
		return look{err: err}
	}
	if _, err := e.thumb.Fill(e.pixels[:], s.Image, s.Image.Bounds()); err != nil {
		return look{err: err}
	}
	l.near = e.hash()
	for k, v := range e.pixels {
		l.thumb[k] = uint8(v + 0.5)
	}
	return l
}

// hash returns a perceptual hash of e.grey: which of its lowest frequencies
// (a discrete cosine transform) are above their median (C. Zauner,
// "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010).
func (e *eye) hash() uint64 {
	var rows [hashSide][hashBand]float64
	for y := range rows {
		for u := range hashBand {
			for x, v := range e.grey[y*hashSide:][:hashSide] {
				rows[y][u] += float64(v) * e.cosines[u][x]
			}
		}
	}
	var low [hashBand * hashBand]float64
	for v := range hashBand {
		for u := range hashBand {
			for y := range rows {
				low[v*hashBand+u] += rows[y][u] * e.cosines[v][y]
			}
		}
	}
	low[0] = 0 // the mean brightness tells little
	sorted := low
	slices.Sort(sorted[:])
	median := (sorted[len(sorted)/2-1] + sorted[len(sorted)/2]) / 2
	var hash uint64
	for k, v := range low {
		if v > median {
			hash |= 1 << k
		}
	}
	return hash
}
