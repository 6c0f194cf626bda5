package face

import (
	"context"
	"sync"

	"github.com/ocellus-vision/ocellus/vision"
)

// Finder finds faces in a picture, best first, in its pixels.
type Finder func(ctx context.Context, img *vision.Image) ([]vision.Detection, error)

// Config is what a Recognizer is made of.
type Config struct {
	Find Finder
	// Names are those of the landmarks of Find's faces; empty where it finds
	// none, and then Landmarks must be given.
	Names     []string
	Landmarks *Landmarker // nil: the finder's own are used
	Embed     *Embedder

	// Margin is what the embedder sees beyond its template on each side, as a
	// share of its input's side. 0 is what embedders are trained with.
	Margin float64
	// Mirror averages the embedding with that of the mirrored face, which
	// takes twice as long.
	Mirror bool
}

// Recognizer takes a picture to the embeddings of its faces.
type Recognizer struct {
	Config
	align *Aligner
	pose  *poser
	eyes  eyes // of the landmarks that faces are aligned by
	level eyes // of the finder's

	mu   sync.Mutex
	idle []*judge
}

// NewRecognizer checks that the parts fit together. The error is an
// *ErrModel.
func NewRecognizer(c Config) (*Recognizer, error) {
	names := c.Names
	if c.Landmarks != nil {
		names = c.Landmarks.Names()
	}
	align, err := NewAligner(c.Embed.name, c.Embed.meta, names)
	if err != nil {
		return nil, err
	}
	return &Recognizer{Config: c, align: align, pose: newPoser(names), eyes: newEyes(names), level: newEyes(c.Names)}, nil
}

// Comparer returns what compares the embeddings.
func (r *Recognizer) Comparer() Comparer { return NewComparer(*r.Embed.meta.Embedding) }

// Face is a face and what was made of it.
type Face struct {
	vision.Detection
	// Points are the landmarks that the face was aligned by: those of the
	// Landmarker, or the finder's.
	Points    []vision.Point `json:"points"`
	Quality   Quality        `json:"quality"`
	Embedding []float32      `json:"-"`
}

// Choice picks one of several faces.
type Choice func(img *vision.Image, faces []vision.Detection) int

// Largest picks the face of the largest box.
func Largest(_ *vision.Image, faces []vision.Detection) int {
	best := 0
	for i := range faces {
		if faces[i].Box.Area() > faces[best].Box.Area() {
			best = i
		}
	}
	return best
}

// Central picks the face whose middle is nearest to that of the picture.
func Central(img *vision.Image, faces []vision.Detection) int {
	best, least := 0, float32(0)
	for i := range faces {
		c := faces[i].Box.Centre()
		dx, dy := c.X-float32(img.W)/2, c.Y-float32(img.H)/2
		if d := dx*dx + dy*dy; i == 0 || d < least {
			best, least = i, d
		}
	}
	return best
}

// One returns the chosen face of a picture, nil when there is none.
func (r *Recognizer) One(ctx context.Context, img *vision.Image, choose Choice) (*Face, error) {
	found, err := r.Find(ctx, img)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return r.Describe(img, found[choose(img, found)])
}

// All returns every face of a picture, in the finder's order. The context is
// looked at between faces.
func (r *Recognizer) All(ctx context.Context, img *vision.Image) ([]Face, error) {
	found, err := r.Find(ctx, img)
	if err != nil {
		return nil, err
	}
	faces := make([]Face, len(found))
	for i, d := range found {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := r.Describe(img, d)
		if err != nil {
			return nil, err
		}
		faces[i] = *f
	}
	return faces, nil
}

// Describe finds the landmarks of a face, aligns, judges and embeds it.
func (r *Recognizer) Describe(img *vision.Image, d vision.Detection) (*Face, error) {
	f := &Face{Detection: d, Points: d.Landmarks}
	if r.Landmarks != nil {
		var err error
		if f.Points, err = r.Landmarks.Find(nil, img, d.Box, r.roll(&d)); err != nil {
			return nil, err
		}
	}
	at, err := r.align.Align(f.Points, Crop{})
	if err != nil {
		return nil, err
	}
	if p, ok := r.pose.pose(f.Points); ok {
		f.Quality.Pose = &p
	}
	if err := r.judge(f, whole(img), at); err != nil {
		return nil, err
	}
	looks, err := r.looks(make([]vision.Affine, 0, 2), f.Points)
	if err != nil {
		return nil, err
	}
	f.Embedding, err = r.Embed.Embed(make([]float32, 0, r.Embed.Size()), img, looks...)
	return f, err
}

// roll returns how far a face is turned, where the detector knows its eyes.
func (r *Recognizer) roll(d *vision.Detection) float64 {
	if len(d.Landmarks) != len(r.Names) {
		return 0
	}
	_, roll := r.level.measure(d.Landmarks)
	return roll
}

// looks appends the maps by which a face is embedded.
func (r *Recognizer) looks(dst []vision.Affine, points []vision.Point) ([]vision.Affine, error) {
	at, err := r.align.Align(points, Crop{Margin: r.Margin})
	if dst = append(dst, at); err != nil || !r.Mirror {
		return dst, err
	}
	at, err = r.align.Align(points, Crop{Margin: r.Margin, Mirror: true})
	return append(dst, at), err
}

// judge says how good the picture of a face is, which at leads to, but for
// its pose.
func (r *Recognizer) judge(f *Face, s scope, at vision.Affine) error {
	f.Quality.EyeDistance, _ = r.eyes.measure(f.Points)
	j, err := r.take()
	if err != nil {
		return err
	}
	defer r.give(j)
	return j.light(&f.Quality, s, at, r.align.w)
}

func (r *Recognizer) take() (*judge, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.idle) - 1; last >= 0 {
		j := r.idle[last]
		r.idle = r.idle[:last]
		return j, nil
	}
	return newJudge()
}

// give keeps a judge for the next face.
func (r *Recognizer) give(j *judge) {
	const most = 16
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.idle) < most {
		r.idle = append(r.idle, j)
	}
}
