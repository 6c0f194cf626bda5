package pipeline

import (
	"time"

	"github.com/ocellus-vision/ocellus/vision"
)

// Snapshot is a copy of a View with a reduced picture, for those who draw or
// keep it. It keeps its memory from one Take to the next, and serves one
// goroutine at a time.
type Snapshot struct {
	Source   string
	Sequence uint64
	Captured time.Time
	Age      time.Duration
	W, H     int // of the picture as it was captured; boxes are in its pixels
	Gated    bool
	Tracks   []Track
	Stages   StageTimes
	Models   []Model
	Picture  vision.Image // reduced

	row []uint8
	sum []uint32
}

// Take copies v, and its picture so that the longer side has at most side
// pixels: reduced by the whole number that this takes, each pixel the mean of
// those that it stands for. What the detector saw serves where it is large
// enough; else a JPEG is decoded once more, and the error is that of doing
// so. Scale tells how boxes are drawn.
func (s *Snapshot) Take(v *View, side int) error {
	tracks := s.Tracks[:cap(s.Tracks)]
	s.Source, s.Sequence, s.Captured, s.Age = v.Source, v.Sequence, v.Captured, v.Age
	s.W, s.H, s.Gated, s.Stages, s.Models = v.W, v.H, v.Gated, v.Stages, v.Models
	for i := range v.Tracks {
		if i == len(tracks) {
			tracks = append(tracks, Track{})
		}
		v.Tracks[i].copyTo(&tracks[i])
	}
	s.Tracks = tracks[:len(v.Tracks)]
	side = max(side, 1)
	from := v.Picture.Raster()
	if from == nil || v.Picture.Shrink() > 1 && max(from.W, from.H) < min(side, max(v.W, v.H)) {
		full, err := v.Picture.Full()
		if err != nil {
			return err
		}
		from = full
	}
	s.reduce(from, (max(from.W, from.H)+side-1)/side)
	return nil
}

// Scale returns pixels of Picture per pixel of the frame.
func (s *Snapshot) Scale() (x, y float32) {
	return float32(s.Picture.W) / float32(s.W), float32(s.Picture.H) / float32(s.H)
}

func (t *Track) copyTo(dst *Track) {
	points := append(dst.Detection.Landmarks[:0], t.Detection.Landmarks...)
	*dst = *t
	dst.Detection.Landmarks = points
}

// reduce makes Picture of src, each pixel the mean of n×n. Rows and columns
// that do not fill a square at the far ends are left out.
func (s *Snapshot) reduce(src vision.Rows, n int) {
	sw, sh := src.Size()
	w, h := max(sw/n, 1), max(sh/n, 1)
	s.Picture.W, s.Picture.H, s.Picture.Pix = w, h, resize(s.Picture.Pix, w*h*3)
	if n == 1 {
		for y := range h {
			src.Row(s.Picture.Pix[y*w*3:(y+1)*w*3], y)
		}
		return
	}
	s.row, s.sum = resize(s.row, sw*3), resize(s.sum, w*3)
	nx, ny := min(n, sw), min(n, sh)
	half := uint32(nx*ny) / 2
	for y := range h {
		clear(s.sum)
		for k := range ny {
			src.Row(s.row, y*ny+k)
			addColumns(s.sum, s.row, nx)
		}
		for i, v := range s.sum {
			s.Picture.Pix[y*w*3+i] = uint8((v + half) / uint32(nx*ny))
		}
	}
}

// addColumns adds to each pixel of sum the n pixels of row that it stands for.
func addColumns(sum []uint32, row []uint8, n int) {
	for x := 0; x+2 < len(sum); x += 3 {
		var r, g, b uint32
		from := row[x*n : (x+3)*n]
		for k := 0; k+2 < len(from); k += 3 {
			r, g, b = r+uint32(from[k]), g+uint32(from[k+1]), b+uint32(from[k+2])
		}
		sum[x], sum[x+1], sum[x+2] = sum[x]+r, sum[x+1]+g, sum[x+2]+b
	}
}

// resize returns s with n elements, in its own memory where that is enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
