package vision

// Cut returns a box of the picture as a picture of w×h pixels, its aspect
// ratio kept and the rest black.
func (m *Image) Cut(box Box, w, h int) (*Image, error) {
	p := Preprocess{Width: w, Height: h, Scale: [3]float32{1, 1, 1}, Layout: NHWC}
	values := make([]float32, p.Elems())
	if _, err := p.Fill(values, m, box); err != nil {
		return nil, err
	}
	out := NewImage(w, h)
	for i, v := range values {
		out.Pix[i] = uint8(v + 0.5)
	}
	return out, nil
}
