package face

import "github.com/ocellus-vision/ocellus/vision"

// Looker is Recognizer.Describe for one frame after another, in two steps: a
// face is found fit first, and embedded then. It reads the rows of the frame
// that show the face and no others, allocates nothing once warm, and serves
// one goroutine; a Recognizer may have several.
type Looker struct {
	r     *Recognizer
	patch vision.Patch
	face  Face
	pose  Pose
	at    []vision.Affine
}

// NewLooker returns a Looker that shares what r has made ready.
func (r *Recognizer) NewLooker() *Looker {
	return &Looker{r: r, face: Face{Embedding: make([]float32, 0, r.Embed.Size())}, at: make([]vision.Affine, 0, 2)}
}

// Look finds the landmarks of a face that was detected in a picture, and says
// how good the picture of it is. What it returns is valid until the next call
// and has no embedding. The errors are *ErrPoints and those of the networks.
func (l *Looker) Look(src vision.Rows, d *vision.Detection) (*Face, error) {
	f := &l.face
	*f = Face{Detection: *d, Points: f.Points[:0], Embedding: f.Embedding[:0]}
	l.patch.Clear()
	if err := l.landmarks(src); err != nil {
		return nil, err
	}
	at, err := l.r.align.Align(f.Points, Crop{})
	if err != nil {
		return nil, err
	}
	if p, ok := l.r.pose.pose(f.Points); ok {
		l.pose = p
		f.Quality.Pose = &l.pose
	}
	return f, l.r.judge(f, l.scope(src, at, l.r.align.w, l.r.align.h), at)
}

func (l *Looker) landmarks(src vision.Rows) (err error) {
	f, net := &l.face, l.r.Landmarks
	if net == nil {
		f.Points = append(f.Points, f.Detection.Landmarks...)
		return nil
	}
	if err = checkBox(f.Box); err != nil {
		return err
	}
	at := net.look(f.Box, l.r.roll(&f.Detection))
	f.Points, err = net.find(f.Points, l.scope(src, at, float64(net.net.pre.Width), float64(net.net.pre.Height)), at)
	return err
}

// Embed returns the embedding of the face that Look saw last, in the same
// picture. It is valid until the next call of Look.
func (l *Looker) Embed(src vision.Rows) (_ []float32, err error) {
	f := &l.face
	if l.at, err = l.r.looks(l.at[:0], f.Points); err != nil {
		return nil, err
	}
	// The mirrored map leads to the same part of the picture.
	s := l.scope(src, l.at[0], l.r.align.w, l.r.align.h)
	f.Embedding, err = l.r.Embed.embed(f.Embedding[:0], s, l.at)
	return f.Embedding, err
}

// scope has the part of the picture at hand that a map from an input of w×h
// leads to, with what lies about it for samples between pixels.
func (l *Looker) scope(src vision.Rows, at vision.Affine, w, h float64) scope {
	const around = 2
	b := at.Reach(float32(w), float32(h))
	b = vision.Box{X1: b.X1 - around, Y1: b.Y1 - around, X2: b.X2 + around, Y2: b.Y2 + around}
	if sw, sh := src.Size(); !l.patch.Holds(b, sw, sh) {
		l.patch.Read(src, b)
	}
	return scope{&l.patch.Image, l.patch.X, l.patch.Y}
}
