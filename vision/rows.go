package vision

// Rows is a picture that is read a row at a time, such as a camera's frame in
// the memory that its driver wrote: no copy of it is made as RGB.
type Rows interface {
	// Size returns the width and height in pixels.
	Size() (w, h int)
	// Row writes row y into dst as RGB, 3 bytes a pixel.
	Row(dst []uint8, y int)
}

// FillRows is Fill for a picture that is read by rows. Each row that the
// input shows is read once, and no other.
func (f *Preparer) FillRows(dst []float32, src Rows, region Box) (Mapping, error) {
	return f.fillRows(output{f32: dst}, len(dst), src, region)
}

// FillRowsBytes is FillBytes for a picture that is read by rows.
func (f *Preparer) FillRowsBytes(dst []uint8, src Rows, region Box) (Mapping, error) {
	if f.quantise == nil {
		return Mapping{}, errNotBytes
	}
	return f.fillRows(output{u8: dst}, len(dst), src, region)
}

func (f *Preparer) fillRows(dst output, room int, src Rows, region Box) (Mapping, error) {
	w, h := src.Size()
	if w < 1 || h < 1 || w > maxSide || h > maxSide {
		return Mapping{}, errNoPicture
	}
	// The one row at hand stands for a picture; pixels finds the row in it.
	f.from, f.strip = src, Image{W: w, H: h, Pix: resize(f.strip.Pix, w*3)}
	defer func() { f.from = nil }()
	return f.fill(dst, room, &f.strip, region)
}

// pixels returns row r of a picture.
func (f *Preparer) pixels(img *Image, r int) []uint8 {
	if f.from != nil {
		f.from.Row(img.Pix, r)
		return img.Pix
	}
	return img.Pix[r*img.W*3 : (r+1)*img.W*3]
}
