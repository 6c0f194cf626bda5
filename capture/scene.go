package capture

// scene draws into a raster of any format that is not compressed.
type scene struct{ Raster }

// colour is a colour as RGB and as BT.601 luma and chroma of limited range.
type colour struct{ r, g, b, y, cb, cr uint8 }

func colourOf(r, g, b int) colour {
	return colour{
		uint8(r), uint8(g), uint8(b),
		uint8(16 + (66*r+129*g+25*b+128)>>8),
		uint8(128 + (-38*r-74*g+112*b+128)>>8),
		uint8(128 + (112*r-94*g-18*b+128)>>8),
	}
}

var shapeColours = [syntheticShapes]colour{colourOf(220, 40, 40), colourOf(40, 200, 60), colourOf(60, 80, 230), colourOf(240, 220, 40)}

// background fills the raster with a slope of greys and a fine texture, so
// that nothing is flat and nothing looks like a shape.
func (s *scene) background() {
	for y := range s.H {
		for x := range s.W {
			v := 60 + 60*x/s.W + 30*y/s.H + int(uint32(x*7349+y*9151)*2654435761>>28)
			s.span(y, x, x+1, colourOf(v, v, v))
		}
	}
}

func (s *scene) draw(sh *Shape) {
	x0, y0, x1, y1 := int(sh.Box.X1), int(sh.Box.Y1), int(sh.Box.X2), int(sh.Box.Y2)
	c := shapeColours[(sh.ID-1)%syntheticShapes]
	d := y1 - y0
	inset := 0
	for y := y0; y < y1; y++ {
		if sh.Label == "disc" {
			inset = discInset(d, y-y0)
		}
		s.span(y, x0+inset, x1-inset, c)
	}
}

// discInset returns how far a disc of d pixels across lies within its box in
// a row: the pixels whose centres are outside.
func discInset(d, row int) int {
	v := 2*row + 1 - d
	inset := 0
	for inset < d/2 {
		u := 2*inset + 1 - d
		if u*u+v*v <= d*d {
			break
		}
		inset++
	}
	return inset
}

// span colours the pixels x0 to x1 of row y. Chroma that pixels share takes
// the colour of the last.
func (s *scene) span(y, x0, x1 int, c colour) {
	p := s.Planes[0].Pix[y*s.Planes[0].Stride:]
	for x := x0; x < x1; x++ {
		switch s.Format {
		case RGB:
			p[x*3], p[x*3+1], p[x*3+2] = c.r, c.g, c.b
		case BGR:
			p[x*3], p[x*3+1], p[x*3+2] = c.b, c.g, c.r
		case YUYV:
			p[x*2], p[x&^1*2+1], p[x&^1*2+3] = c.y, c.cb, c.cr
		case UYVY:
			p[x*2+1], p[x&^1*2], p[x&^1*2+2] = c.y, c.cb, c.cr
		default:
			p[x] = c.y
		}
	}
	switch s.Format {
	case NV12:
		q := s.Planes[1].Pix[y>>1*s.Planes[1].Stride:]
		for x := x0 &^ 1; x < x1; x += 2 {
			q[x], q[x+1] = c.cb, c.cr
		}
	case YCbCr:
		at := y >> 1 * s.Planes[1].Stride
		for x := x0 >> 1; x<<1 < x1; x++ {
			s.Planes[1].Pix[at+x], s.Planes[2].Pix[at+x] = c.cb, c.cr
		}
	}
}
