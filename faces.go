package ocellus

import (
	"context"
	"errors"
	"sync"

	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// FaceModels says with which models, and how, faces are told apart.
type FaceModels struct {
	Detector  string // ONNX file
	Landmarks string // ONNX file; "": the detector's own landmarks are used
	Embedder  string // ONNX file
	Margin    float64
	Mirror    bool // see face.Config for the two
}

// Faces tells people apart by their faces. It may be used by any number of
// goroutines at once.
type Faces struct {
	*face.Recognizer
	detector *Session
	pool     *plan.Pool
	own      bool // pool is
}

// OpenFaces reads the models, side by side, and makes them ready. The options
// are those of a Session, which the detector becomes; the other models share
// its threads and kernels.
func OpenFaces(models FaceModels, opts ...Option) (*Faces, error) {
	o, err := settled(opts)
	if err != nil {
		return nil, err
	}
	f := &Faces{pool: o.pool, own: o.pool == nil}
	if f.own {
		f.pool = plan.NewPool(o.threads)
	}
	c := face.Config{Find: f.find, Margin: models.Margin, Mirror: models.Mirror}
	var group sync.WaitGroup
	var errs [3]error
	load := func(i int, do func() error) {
		group.Add(1)
		go func() {
			defer group.Done()
			errs[i] = do()
		}()
	}
	load(0, func() error {
		g, m, err := readModel(models.Embedder)
		if err == nil {
			c.Embed, err = face.NewEmbedder(g, m, f.pool, append(o.planOptions(), plan.WithGraphTaken())...)
		}
		return err
	})
	load(1, func() (err error) {
		f.detector, err = Open(models.Detector, append(opts, WithPool(f.pool))...)
		return errors.Join(err, notFor(f.detector))
	})
	if models.Landmarks != "" {
		load(2, func() error {
			g, m, err := readModel(models.Landmarks)
			if err == nil {
				c.Landmarks, err = face.NewLandmarker(g, m, f.pool, append(o.planOptions(), plan.WithGraphTaken())...)
			}
			return err
		})
	}
	group.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		f.Close()
		return nil, err
	}
	if l := f.detector.Meta().Landmarks; l != nil {
		c.Names = l.Names
	}
	if f.Recognizer, err = face.NewRecognizer(c); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// notFor says why a session's model is no detector, if it is none.
func notFor(s *Session) error {
	if s == nil {
		return nil
	}
	return s.Detects()
}

func readModel(file string) (*nn.Graph, *meta.Model, error) {
	g, err := onnx.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	m, err := new(options).metaOf(g, &modelFile{hash: hashOf(file)})
	return g, m, err
}

func (f *Faces) find(ctx context.Context, img *vision.Image) ([]vision.Detection, error) {
	found, _, err := f.detector.Detect(ctx, img)
	return found, err
}

// Detector returns the session that finds the faces.
func (f *Faces) Detector() *Session { return f.detector }

// Close ends the threads. Nothing may be under way.
func (f *Faces) Close() error {
	if f.detector != nil {
		if err := f.detector.Close(); err != nil {
			return err
		}
	}
	if f.own {
		f.pool.Close()
	}
	return nil
}
