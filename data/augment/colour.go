package augment

import (
	"bytes"
	"math"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/vision"
)

// recolour returns s with every pixel changed.
func recolour(s data.Sample, f func(r, g, b uint8) (uint8, uint8, uint8)) data.Sample {
	out := vision.NewImage(s.Image.W, s.Image.H)
	src := s.Image.Pix[:len(out.Pix)]
	for i := 0; i+2 < len(src); i += 3 {
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = f(src[i], src[i+1], src[i+2])
	}
	s.Image = out
	return s
}

// byteOf rounds to 0..255.
func byteOf(v float32) uint8 { return uint8(min(max(v, 0), 255) + 0.5) }

// colour turns the hue by up to a tenth of a[0] of the circle and multiplies
// saturation and value by 1-a[0] to 1+a[0].
func colour(s data.Sample, r *Rand, a []float64) data.Sample {
	turn := float32(r.Between(-a[0], a[0]) * 0.1 * 6)
	sat, val := float32(1+r.Between(-a[0], a[0])), float32(1+r.Between(-a[0], a[0]))
	return recolour(s, func(r, g, b uint8) (uint8, uint8, uint8) {
		h, c, v := hueOf(float32(r), float32(g), float32(b))
		return pixelOf(h+turn, min(c*sat, v)*val, v*val)
	})
}

// hueOf returns hue, 0 to 6, chroma and value, 0 to 255: A. R. Smith, "Color
// Gamut Transform Pairs", 1978.
func hueOf(r, g, b float32) (hue, chroma, value float32) {
	hi, lo := max(r, g, b), min(r, g, b)
	c := hi - lo
	switch {
	case c == 0:
		return 0, 0, hi
	case hi == r:
		return (g - b) / c, c, hi
	case hi == g:
		return 2 + (b-r)/c, c, hi
	}
	return 4 + (r-g)/c, c, hi
}

// pixelOf is the way back from hueOf; hue may be up to a turn out of range.
func pixelOf(hue, chroma, value float32) (r, g, b uint8) {
	part := func(n float32) uint8 {
		k := n + hue
		if k < 0 {
			k += 6
		} else if k >= 6 {
			k -= 6
		}
		return byteOf(value - float32(chroma*max(0, min(k, 4-k, 1))))
	}
	return part(5), part(3), part(1)
}

// The principal components of the colours of ImageNet's pictures, in shares of
// 255: eigenvectors by column, and the roots of their eigenvalues, as published
// with the training code of ResNet (fb.resnet.torch).
var (
	components = [3][3]float64{{-0.5675, 0.7192, 0.4009}, {-0.5808, -0.0045, -0.8140}, {-0.5836, -0.6948, 0.4203}}
	spreads    = [3]float64{0.2175, 0.0188, 0.0045}
)

// pca adds to all pixels of the picture one colour, drawn along the principal
// components of natural pictures with deviation a[0] (Krizhevsky, Sutskever and
// Hinton, ImageNet Classification, 2012).
func pca(s data.Sample, r *Rand, a []float64) data.Sample {
	var add [3]float32
	for k, spread := range spreads {
		alpha := r.normal() * a[0] * spread * 255
		for c := range add {
			add[c] += float32(components[c][k] * alpha)
		}
	}
	return recolour(s, func(r, g, b uint8) (uint8, uint8, uint8) {
		return byteOf(float32(r) + add[0]), byteOf(float32(g) + add[1]), byteOf(float32(b) + add[2])
	})
}

// cutout covers a square in the picture's mean colour; its middle may be
// anywhere (DeVries and Taylor, Improved Regularization of Convolutional Neural
// Networks with Cutout, 2017). a[0] is its side in pixels, or below 1 as a share
// of the shorter side of the picture. What lies beneath stays marked.
func cutout(s data.Sample, r *Rand, a []float64) data.Sample {
	m := s.Image
	side := int(a[0])
	if a[0] < 1 {
		side = int(a[0]*float64(min(m.W, m.H)) + 0.5)
	}
	x, y := r.Intn(m.W)-side/2, r.Intn(m.H)-side/2
	out := m.Clone()
	mr, mg, mb := meanColour(m)
	for j := max(y, 0); j < min(y+side, m.H); j++ {
		for i := max(x, 0); i < min(x+side, m.W); i++ {
			out.Set(i, j, mr, mg, mb)
		}
	}
	s.Image = out
	return s
}

func meanColour(m *vision.Image) (r, g, b uint8) {
	var sum [3]int
	for i := 0; i+2 < m.W*m.H*3; i += 3 {
		sum[0] += int(m.Pix[i])
		sum[1] += int(m.Pix[i+1])
		sum[2] += int(m.Pix[i+2])
	}
	n := m.W * m.H
	return uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n)
}

// noise adds to every sample its own normal noise, of a deviation from 0 to
// a[0].
func noise(s data.Sample, r *Rand, a []float64) data.Sample {
	sd := r.Between(0, a[0])
	return recolour(s, func(v0, v1, v2 uint8) (uint8, uint8, uint8) {
		return byteOf(float32(float64(v0) + sd*r.normal())), byteOf(float32(float64(v1) + sd*r.normal())), byteOf(float32(float64(v2) + sd*r.normal()))
	})
}

// lowlight darkens the picture to between a[0] of its light and half of it,
// dark parts more than light ones, and adds the noise of few photons.
func lowlight(s data.Sample, r *Rand, a []float64) data.Sample {
	gain, gamma := r.Between(a[0], math.Max(a[0], 0.5)), r.Between(1, 1.8)
	var table, spread [256]float64
	for i := range table {
		table[i] = 255 * gain * math.Pow(float64(i)/255, gamma)
		spread[i] = 0.5 + 0.5*math.Sqrt(table[i])
	}
	return recolour(s, func(v0, v1, v2 uint8) (uint8, uint8, uint8) {
		dim := func(v uint8) uint8 { return byteOf(float32(table[v] + spread[v]*r.normal())) }
		return dim(v0), dim(v1), dim(v2)
	})
}

// artefacts saves the picture as a JPEG, of a quality from a[0] to 90, and
// reads it again.
func artefacts(s data.Sample, r *Rand, a []float64) data.Sample {
	var b bytes.Buffer
	quality := int(r.Between(a[0], math.Max(a[0], 90)) + 0.5)
	if err := s.Image.EncodeJPEG(&b, quality); err != nil { // a side above 65535
		return s
	}
	m, err := vision.Decode("augmented picture", &b)
	if err != nil {
		return s
	}
	s.Image = m
	return s
}

// blur is a Gaussian of a deviation from 0 to a[0] pixels.
func blur(s data.Sample, r *Rand, a []float64) data.Sample {
	weights := gaussian(r.Between(0, a[0]))
	if len(weights) == 1 {
		return s
	}
	m := s.Image
	once := blurred(m.Pix, m.W, m.H, 3, m.W*3, weights)
	s.Image = &vision.Image{W: m.W, H: m.H, Pix: blurred(once, m.H, m.W, m.W*3, 3, weights)}
	return s
}

// gaussian returns weights from the middle outwards, in 1/65536; the sum of
// both sides is 65536.
func gaussian(sd float64) []int {
	n := int(math.Ceil(2.5 * sd))
	v := make([]float64, n+1)
	sum := 0.0
	for i := range v {
		v[i] = math.Exp(-float64(i*i) / math.Max(2*sd*sd, 1e-9))
		sum += v[i] * map[bool]float64{true: 1, false: 2}[i == 0]
	}
	w, left := make([]int, n+1), 65536
	for i := n; i > 0; i-- {
		w[i] = int(v[i]/sum*65536 + 0.5)
		left -= 2 * w[i]
	}
	w[0] = left
	return w
}

// blurred smooths lines of n pixels, pixel bytes apart; there are so many
// lines, line bytes apart. Pixels at the border go on.
func blurred(pix []uint8, n, lines, pixel, line int, w []int) []uint8 {
	out := make([]uint8, len(pix))
	for l := range lines {
		for i := range n {
			for c := range 3 {
				at := l*line + c
				sum := int(pix[at+i*pixel])*w[0] + 32768
				for k := 1; k < len(w); k++ {
					sum += (int(pix[at+max(i-k, 0)*pixel]) + int(pix[at+min(i+k, n-1)*pixel])) * w[k]
				}
				out[at+i*pixel] = uint8(sum >> 16)
			}
		}
	}
	return out
}
