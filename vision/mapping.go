package vision

// Mapping ties the pixels of a network's input to those of the picture that
// was put there: picture = input * Scale + Offset, along each axis. The zero
// Mapping is of no use; Preprocess.Fill makes them.
type Mapping struct {
	ScaleX, ScaleY   float64 // picture pixels per input pixel, above 0
	OffsetX, OffsetY float64 // where input (0, 0) lies in the picture
}

// Apply returns where a position in the input lies in the picture.
func (m Mapping) Apply(p Point) Point {
	return Point{float32(float64(p.X)*m.ScaleX + m.OffsetX), float32(float64(p.Y)*m.ScaleY + m.OffsetY)}
}

// Invert returns where a position in the picture lies in the input.
func (m Mapping) Invert(p Point) Point {
	return Point{float32((float64(p.X) - m.OffsetX) / m.ScaleX), float32((float64(p.Y) - m.OffsetY) / m.ScaleY)}
}

// ApplyBox returns where a box in the input lies in the picture.
func (m Mapping) ApplyBox(b Box) Box {
	lo, hi := m.Apply(Point{b.X1, b.Y1}), m.Apply(Point{b.X2, b.Y2})
	return Box{lo.X, lo.Y, hi.X, hi.Y}
}

// InvertBox returns where a box in the picture lies in the input.
func (m Mapping) InvertBox(b Box) Box {
	lo, hi := m.Invert(Point{b.X1, b.Y1}), m.Invert(Point{b.X2, b.Y2})
	return Box{lo.X, lo.Y, hi.X, hi.Y}
}

// ApplyDetection moves the box and the landmarks of d, which are in input
// pixels, to the picture. The landmarks are changed in place.
func (m Mapping) ApplyDetection(d *Detection) {
	d.Box = m.ApplyBox(d.Box)
	for i, p := range d.Landmarks {
		d.Landmarks[i] = m.Apply(p)
	}
}
