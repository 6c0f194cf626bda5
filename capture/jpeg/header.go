package jpeg

import (
	"encoding/binary"
	"fmt"
)

// header reads the frame header and gets the planes ready.
func (d *Decoder) header(body []byte) (why string, err error) {
	f := &d.frame
	switch {
	case f.n > 0:
		return "a second frame header", nil
	case len(body) < 6:
		return "a short frame header", nil
	case body[0] != 8:
		return "", &ErrUnsupported{fmt.Sprintf("%d bits a sample", body[0])}
	}
	f.h, f.w = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	n := int(body[5])
	switch {
	case f.h == 0 || f.w == 0:
		return "", &ErrUnsupported{"no height or no width in the header"}
	case f.h > MaxPixels/f.w:
		return "", &ErrUnsupported{fmt.Sprintf("%d x %d pixels, of %d at most", f.w, f.h, MaxPixels)}
	case n != 1 && n != 3:
		return "", &ErrUnsupported{fmt.Sprintf("%d colours", n)}
	case len(body) < 6+3*n:
		return "a short frame header", nil
	}
	f.hMax, f.vMax = 1, 1
	for i := range n {
		p := body[6+3*i:]
		c := component{id: int(p[0]), h: int(p[1] >> 4), v: int(p[1] & 15), quant: int(p[2])}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.quant > 3 {
			return "a damaged frame header", nil
		}
		if n == 1 {
			c.h, c.v = 1, 1
		}
		f.hMax, f.vMax = max(f.hMax, c.h), max(f.vMax, c.v)
		d.comps[i] = c
	}
	f.n = n
	if n == 3 && d.comps[0].id == 'R' && d.comps[1].id == 'G' && d.comps[2].id == 'B' {
		return "", &ErrUnsupported{"RGB without conversion"}
	}
	return "", d.layout()
}

// layout sizes the planes of the result in whole MCUs.
func (d *Decoder) layout() error {
	f, p := &d.frame, d.frame.dst
	luma, cb := &d.comps[0], &d.comps[0]
	if f.n == 3 {
		cb = &d.comps[1]
		cr := &d.comps[2]
		if luma.h != f.hMax || luma.v != f.vMax || cb.h != cr.h || cb.v != cr.v {
			return d.sampling()
		}
	}
	sx, sy := shiftOf(luma.h, cb.h), shiftOf(luma.v, cb.v)
	if sx < 0 || sy < 0 {
		return d.sampling()
	}
	f.mcusX, f.mcusY = ceilDiv(f.w, 8*f.hMax), ceilDiv(f.h, 8*f.vMax)
	shrink := 8 / f.size
	p.W, p.H, p.ShiftX, p.ShiftY = ceilDiv(f.w, shrink), ceilDiv(f.h, shrink), sx, sy
	planes := [3]*[]byte{&p.Y, &p.Cb, &p.Cr}
	for i, plane := range planes {
		if i >= f.n {
			*plane = (*plane)[:0]
			continue
		}
		c := &d.comps[i]
		c.stride = f.mcusX * c.h * f.size
		*plane = resize(*plane, c.stride*f.mcusY*c.v*f.size)
		c.plane = *plane
	}
	p.YStride, p.CStride = luma.stride, 0
	if f.n == 3 {
		p.CStride = cb.stride
	}
	return nil
}

func (d *Decoder) sampling() error {
	c := &d.comps
	return &ErrUnsupported{fmt.Sprintf("sampling %d×%d, %d×%d, %d×%d", c[0].h, c[0].v, c[1].h, c[1].v, c[2].h, c[2].v)}
}

// shiftOf returns log2(a/b) where that is 0, 1 or 2, else -1.
func shiftOf(a, b int) int {
	for s := range 3 {
		if b<<s == a {
			return s
		}
	}
	return -1
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
