package ocellus

import (
	"context"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
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
	Detector  string // ONNX file; not looked at by Session.OpenFaces
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
	shared   bool // detector is the caller's
	pool     *plan.Pool
	own      bool // pool is
	models   FaceModels
	graphs   [2]*nn.Graph // of landmarks and embedder
}

// OpenFaces reads the models, side by side, and makes them ready. The options
// are those of a Session, which the detector becomes; the other models share
// its threads and kernels.
func OpenFaces(models FaceModels, opts ...Option) (*Faces, error) {
	o, err := settled(opts)
	if err != nil {
		return nil, err
	}
	f := &Faces{pool: o.pool, own: o.pool == nil, models: models}
	if f.own {
		f.pool = plan.NewPool(o.threads)
	}
	return f.open(o.planOptions(), func() (err error) {
		f.detector, err = Open(models.Detector, append(opts, WithPool(f.pool))...)
		return errors.Join(err, notFor(f.detector))
	})
}

// OpenFaces is the function OpenFaces with the session as detector. The other
// models compute on its threads; it is to be closed after them.
func (s *Session) OpenFaces(models FaceModels) (*Faces, error) {
	f := &Faces{pool: s.pool, detector: s, shared: true, models: models}
	return f.open(s.opts.planOptions(), s.Detects)
}

// open reads the models.
func (f *Faces) open(opts []plan.Option, detector func() error) (*Faces, error) {
	c := face.Config{Find: f.find, Margin: f.models.Margin, Mirror: f.models.Mirror}
	opts = append(opts, plan.WithGraphTaken())
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
		g, m, err := readModel(f.models.Embedder)
		if f.graphs[1] = g; err == nil {
			c.Embed, err = face.NewEmbedder(g, m, f.pool, opts...)
		}
		return err
	})
	load(1, detector)
	if f.models.Landmarks != "" {
		load(2, func() error {
			g, m, err := readModel(f.models.Landmarks)
			if f.graphs[0] = g; err == nil {
				c.Landmarks, err = face.NewLandmarker(g, m, f.pool, opts...)
			}
			return err
		})
	}
	group.Wait()
	err := errors.Join(errs[:]...)
	if err == nil {
		if l := f.detector.Meta().Landmarks; l != nil {
			c.Names = l.Names
		}
		f.Recognizer, err = face.NewRecognizer(c)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
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

// FaceModel is a model that faces are told apart by besides the detector.
type FaceModel struct {
	Name   string    // of its file, without .onnx
	SHA256 string    // of its file, in hex
	Graph  *nn.Graph // without its weights
}

// Models returns the landmarks' model, where there is one, and the embedder.
// The files are read for their hashes.
func (f *Faces) Models() ([]FaceModel, error) {
	var list []FaceModel
	for i, file := range []string{f.models.Landmarks, f.models.Embedder} {
		if file == "" {
			continue
		}
		sum, err := hashOf(file)()
		if err != nil {
			return nil, err
		}
		list = append(list, FaceModel{strings.TrimSuffix(filepath.Base(file), ".onnx"), hex.EncodeToString(sum[:]), f.graphs[i]})
	}
	return list, nil
}

// Close ends the threads, but for those of a session that was given. Nothing
// may be under way.
func (f *Faces) Close() error {
	if f.detector != nil && !f.shared {
		if err := f.detector.Close(); err != nil {
			return err
		}
	}
	if f.own {
		f.pool.Close()
	}
	return nil
}
