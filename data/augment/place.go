package augment

import (
	"math"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/vision"
)

// leastSeen is the share of an object's box that must stay in the picture for
// the object to stay.
const leastSeen = 0.25

// follow returns s with another picture, and objects and points where the map,
// from pixels of the old picture to those of the new, takes them. A box becomes
// the box about its corners; objects that leave the picture are dropped.
func follow(s data.Sample, img *vision.Image, to vision.Affine) data.Sample {
	out := s
	out.Image = img
	out.Objects, out.Points = nil, nil
	for _, o := range s.Objects {
		whole := around(o.Box, to)
		o.Box = whole.Clip(img.Bounds())
		if !o.Box.Empty() && whole.Coverage(o.Box) >= leastSeen {
			scale := to.Scale()
			o.Area *= scale * scale * float64(whole.Coverage(o.Box))
			out.Objects = append(out.Objects, o)
		}
	}
	for _, p := range s.Points {
		out.Points = append(out.Points, to.Apply(p))
	}
	return out
}

// around returns the box about the corners of b after a map.
func around(b vision.Box, to vision.Affine) vision.Box {
	inf := float32(math.Inf(1))
	out := vision.Box{X1: inf, Y1: inf, X2: -inf, Y2: -inf}
	for _, p := range [...]vision.Point{{X: b.X1, Y: b.Y1}, {X: b.X2, Y: b.Y1}, {X: b.X1, Y: b.Y2}, {X: b.X2, Y: b.Y2}} {
		q := to.Apply(p)
		out.X1, out.Y1 = min(out.X1, q.X), min(out.Y1, q.Y)
		out.X2, out.Y2 = max(out.X2, q.X), max(out.Y2, q.Y)
	}
	return out
}

// warp returns s through a map from its pixels to those of a new picture of
// w×h; what lies outside the old one is black.
func warp(s data.Sample, to vision.Affine, w, h int) data.Sample {
	from, ok := to.Invert()
	if !ok {
		return s
	}
	warper, err := vision.NewByteWarper(vision.Preprocess{Width: w, Height: h, Colour: vision.RGB, Scale: [3]float32{1, 1, 1}, Layout: vision.NHWC}, 1, 0)
	if err != nil { // a picture larger than any input of a network
		return s
	}
	img := vision.NewImage(w, h)
	if err := warper.FillBytes(img.Pix, s.Image, from); err != nil {
		return s
	}
	return follow(s, img, to)
}

// Shrink scales a sample down so that its longer side has at most so many
// pixels, each the mean of those that it covers. A smaller sample stays as it
// is.
func Shrink(s data.Sample, longest int) data.Sample {
	m := s.Image
	longer := max(m.W, m.H)
	if longest < 1 || longer <= longest {
		return s
	}
	p := vision.Preprocess{Width: max(1, m.W*longest/longer), Height: max(1, m.H*longest/longer), Fit: vision.Stretch, Resample: vision.Area,
		Scale: [3]float32{1, 1, 1}, Layout: vision.NHWC}
	f, err := vision.NewBytePreparer(p, 1, 0)
	if err != nil { // longest is larger than any input of a network
		return s
	}
	out := vision.NewImage(p.Width, p.Height)
	place, err := f.FillBytes(out.Pix, m, m.Bounds())
	if err != nil { // a picture put together wrongly; its reader is told when it is prepared
		return s
	}
	return follow(s, out, vision.Affine{XX: 1 / place.ScaleX, YY: 1 / place.ScaleY})
}

// mirror turns left and right.
func mirror(s data.Sample, _ *Rand, _ []float64) data.Sample {
	m := s.Image
	out := vision.NewImage(m.W, m.H)
	for y := range m.H {
		row, to := m.Pix[y*m.W*3:][:m.W*3], out.Pix[y*m.W*3:][:m.W*3]
		for i, j := 0, len(to)-3; j >= 0; i, j = i+3, j-3 {
			to[j], to[j+1], to[j+2] = row[i], row[i+1], row[i+2]
		}
	}
	next := follow(s, out, vision.Affine{XX: -1, X0: float64(m.W), YY: 1})
	return swapped(next)
}

// swapped gives each point the place of the one that it is in a mirrored
// picture.
func swapped(s data.Sample) data.Sample {
	if len(s.Swap) != len(s.Points) {
		return s
	}
	points := make([]vision.Point, len(s.Points))
	for i, j := range s.Swap {
		points[i] = s.Points[j]
	}
	s.Points = points
	return s
}

// flip turns top and bottom. It is a mirror too: left eyes become right ones.
func flip(s data.Sample, _ *Rand, _ []float64) data.Sample {
	m := s.Image
	out := vision.NewImage(m.W, m.H)
	for y := range m.H {
		copy(out.Pix[(m.H-1-y)*m.W*3:][:m.W*3], m.Pix[y*m.W*3:])
	}
	return swapped(follow(s, out, vision.Affine{XX: 1, YY: -1, Y0: float64(m.H)}))
}

// crop moves the picture by up to a[0] pixels along each axis: a cut of its own
// size from it with that much black about it.
func crop(s data.Sample, r *Rand, a []float64) data.Sample {
	m, n := s.Image, int(a[0])
	dx, dy := r.Intn(2*n+1)-n, r.Intn(2*n+1)-n
	return shift(s, max(-m.W+1, min(dx, m.W-1)), max(-m.H+1, min(dy, m.H-1)))
}

// shift moves the picture by whole pixels, fewer than it has.
func shift(s data.Sample, dx, dy int) data.Sample {
	m := s.Image
	out := vision.NewImage(m.W, m.H)
	x0, x1 := max(dx, 0), min(m.W+dx, m.W)
	for y := max(dy, 0); y < min(m.H+dy, m.H); y++ {
		copy(out.Pix[(y*m.W+x0)*3:(y*m.W+x1)*3], m.Pix[((y-dy)*m.W+x0-dx)*3:])
	}
	return follow(s, out, vision.Affine{XX: 1, X0: float64(dx), YY: 1, Y0: float64(dy)})
}

// resizedCrop takes a part of the picture, of a[0] to all of its area and
// somewhat other proportions, back to the size of the whole (Szegedy et al.,
// Going Deeper with Convolutions, 2015).
func resizedCrop(s data.Sample, r *Rand, a []float64) data.Sample {
	m := s.Image
	share := r.Between(a[0], 1)
	ratio := math.Exp(r.Between(-0.288, 0.288)) // 3:4 to 4:3
	fw, fh := math.Min(math.Sqrt(share*ratio), 1), math.Min(math.Sqrt(share/ratio), 1)
	w, h := math.Max(fw*float64(m.W), 1), math.Max(fh*float64(m.H), 1)
	x, y := r.Float()*(float64(m.W)-w), r.Float()*(float64(m.H)-h)
	fx, fy := float64(m.W)/w, float64(m.H)/h
	return warp(s, vision.Affine{XX: fx, X0: -x * fx, YY: fy, Y0: -y * fy}, m.W, m.H)
}

// affine turns the picture about its middle by up to a[0] degrees, scales it by
// up to a share a[1], shears it by up to a[2] degrees and moves it by up to a
// share a[3] of its sides.
func affine(s data.Sample, r *Rand, a []float64) data.Sample {
	const degree = math.Pi / 180
	m := s.Image
	angle, scale := r.Between(-a[0], a[0])*degree, 1+r.Between(-a[1], a[1])
	shear := math.Tan(r.Between(-a[2], a[2]) * degree)
	cx, cy := float64(m.W)/2, float64(m.H)/2
	sin, cos := math.Sincos(angle)
	to := vision.Affine{XX: 1, X0: -cx, YY: 1, Y0: -cy}.
		Then(vision.Affine{XX: scale, XY: shear * scale, YY: scale}).
		Then(vision.Affine{XX: cos, XY: -sin, YX: sin, YY: cos}).
		Then(vision.Affine{XX: 1, X0: cx + r.Between(-a[3], a[3])*float64(m.W), YY: 1, Y0: cy + r.Between(-a[3], a[3])*float64(m.H)})
	return warp(s, to, m.W, m.H)
}
