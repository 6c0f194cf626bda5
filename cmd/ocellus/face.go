package main

import (
	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

type faceCommand struct {
	Verify  verifyCommand      `cmd:"" help:"Say whether two photographs show the same person."`
	Compare compareFaceCommand `cmd:"" help:"Say who looks like whom in a folder of photographs."`
}

// faceFlags are what both commands take.
type faceFlags struct {
	cli.FaceFlags
	Threshold float64        `help:"Distance below which two faces are of one person, in place of the model's own." placeholder:"DISTANCE"`
	Tile      ocellus.Tiling `help:"Whether large pictures are searched in tiles, for small faces: auto or off." default:"off" placeholder:"auto|off"`
	Threads   int            `help:"Cores to use; default: all." placeholder:"N"`
}

func (f *faceFlags) open() (*ocellus.Faces, error) {
	if !(f.Threshold >= 0) {
		return nil, cli.Usagef("--threshold %v is no distance", f.Threshold)
	}
	files, err := f.Files()
	if err != nil {
		return nil, err
	}
	models := ocellus.FaceModels{Detector: files.Detector, Landmarks: files.Landmarks, Embedder: files.Embedder, Margin: f.Margin, Mirror: f.Mirror}
	opts := []ocellus.Option{ocellus.WithTiling(f.Tile), ocellus.WithThreads(threads(f.Threads))}
	if f.Score != nil {
		opts = append(opts, ocellus.WithScore(*f.Score))
	}
	return ocellus.OpenFaces(models, opts...)
}

// judge compares faces by a threshold.
type judge struct {
	face.Comparer
	threshold float64
	unlike    bool // the faces are not made as those were that the rates were measured on
}

func (f *faceFlags) judge(s *ocellus.Faces) judge {
	j := judge{s.Comparer(), f.Threshold, f.Mirror || f.Margin != 0}
	if j.threshold == 0 {
		j.threshold = j.Threshold()
	}
	return j
}

// verdict is what is printed of two faces.
type verdict struct {
	Same       bool    `json:"same"`
	Distance   float64 `json:"distance"`
	Similarity float64 `json:"similarity"` // 0..1
	Threshold  float64 `json:"threshold"`  // of the distance
}

func (j judge) compare(a, b *face.Face) verdict {
	d := j.Distance(a.Embedding, b.Embedding)
	return verdict{Same: d < j.threshold, Distance: round4(d), Similarity: round4(j.Similarity(d)), Threshold: j.threshold}
}

// round4 keeps four decimals, which is more than any two CPUs agree on.
func round4(v float64) float64 { return float64(int(v*1e4+0.5)) / 1e4 }

// farRate is what is known of how often a threshold errs.
type farRate struct {
	Rate float64 `json:"rate"`
	Of   string  `json:"of"` // what it was measured on
}

// far returns the rate of false accepts at the threshold, nil where that has
// not been measured.
func (j judge) far() *farRate {
	if j.unlike {
		return nil
	}
	if rate, ok := j.FAR(j.threshold); ok {
		return &farRate{rate, j.FAROf()}
	}
	return nil
}

// shownFace is what is printed of a face.
type shownFace struct {
	Score   float32        `json:"score"`
	Box     vision.Box     `json:"box"`
	Points  []vision.Point `json:"points"`
	Quality face.Quality   `json:"quality"`
}

func show(f *face.Face) shownFace { return shownFace{f.Score, f.Box, f.Points, f.Quality} }
