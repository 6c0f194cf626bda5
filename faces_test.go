package ocellus_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// Beside spots.onnx lie two models that make faces of its spots: features.onnx
// finds eyes, nose and mouth always in the same places of the box, and
// tint.onnx knows people by their colour.

var features = []vision.Point{{X: 0.3, Y: 0.3}, {X: 0.7, Y: 0.3}, {X: 0.5, Y: 0.5}, {X: 0.35, Y: 0.7}, {X: 0.65, Y: 0.7}}

func featureNames() []string {
	return []string{face.RightEye, face.LeftEye, face.NoseTip, face.RightMouthCorner, face.LeftMouthCorner}
}

func saved(t *testing.T, file string, b *nn.Builder, m meta.Model) {
	t.Helper()
	props, err := m.Props()
	if err != nil {
		t.Fatal(err)
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	data, err := onnx.Encode(g.WithMeta(props))
	if err != nil {
		t.Fatal(err)
	}
	check.Golden(t, file, data)
}

func TestFaceModelFiles(t *testing.T) {
	const side = 8
	places := make([]float32, 0, 2*len(features))
	for _, p := range features {
		places = append(places, p.X, p.Y)
	}
	b := nn.NewBuilder("features")
	x := b.Node("flat", &nn.Flatten{Axis: 1}, b.Input("face", nn.Float32, nn.D(1), nn.D(1), nn.D(side), nn.D(side)))
	x = b.Node("nothing", &nn.MatMul{}, x, b.Param("zeros", nn.NewTensor(nn.Float32, nn.S(side*side, len(places)))))
	b.Output(b.Node("points", &nn.Add{}, x, b.Param("places", nn.T(places, 1, len(places)))))
	saved(t, "testdata/features.onnx", b, meta.Model{Task: "landmarks", Landmarks: &meta.Landmarks{Names: featureNames()},
		Preprocess: &vision.Preprocess{Width: side, Height: side, Colour: vision.Gray, Scale: [3]float32{1, 1, 1}}})

	b = nn.NewBuilder("tint")
	x = b.Node("mean", &nn.GlobalAveragePool{}, b.Input("face", nn.Float32, nn.D(1), nn.D(3), nn.D(side), nn.D(side)))
	b.Output(b.Node("tint", &nn.Flatten{Axis: 1}, x))
	template := make([]vision.Point, len(features))
	for i, p := range features {
		template[i] = vision.Point{X: p.X * side, Y: p.Y * side}
	}
	saved(t, "testdata/tint.onnx", b, meta.Model{Task: "embed", Landmarks: &meta.Landmarks{Names: featureNames(), Template: template},
		Preprocess: &vision.Preprocess{Width: side, Height: side, Scale: [3]float32{1. / 255, 1. / 255, 1. / 255}},
		Embedding: &meta.Embedding{Metric: meta.Euclidean, Threshold: 0.2,
			FAR: []meta.FAR{{Threshold: 0.1, Rate: 0.001}, {Threshold: 0.2, Rate: 0.01}}, FAROf: "colours"}})
}

// person is a picture with a square of that colour in the dark, at x, y.
func person(x, y int, r, g, b uint8) *vision.Image {
	m := vision.NewImage(128, 96)
	for j := range 10 {
		for i := range 10 {
			m.Set(x+i, y+j, r, g, b)
		}
	}
	return m
}

func toys() ocellus.FaceModels {
	return ocellus.FaceModels{Detector: "testdata/spots.onnx", Landmarks: "testdata/features.onnx", Embedder: "testdata/tint.onnx"}
}

func TestFaces(t *testing.T) {
	f, err := ocellus.OpenFaces(toys(), ocellus.WithTiling(ocellus.TileOff), ocellus.WithThreads(2))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var faces []*face.Face
	for _, img := range []*vision.Image{person(20, 30, 255, 180, 180), person(90, 60, 255, 180, 180), person(60, 40, 180, 180, 255), vision.NewImage(128, 96)} {
		got, err := f.One(t.Context(), img, face.Largest)
		if err != nil {
			t.Fatal(err)
		}
		faces = append(faces, got)
	}
	if faces[3] != nil {
		t.Error("a face in the dark")
	}
	c := f.Comparer()
	if d := c.Distance(faces[0].Embedding, faces[1].Embedding); !(d < c.Threshold()/2) {
		t.Errorf("one person is %v apart", d)
	}
	if d := c.Distance(faces[0].Embedding, faces[2].Embedding); !(d > c.Threshold()) {
		t.Errorf("two people are %v apart", d)
	}
	// The eyes are two fifths of the box apart, the box is the square's.
	if q := faces[0].Quality; q.EyeDistance < 3.5 || q.EyeDistance > 4.5 || q.Pose == nil {
		t.Errorf("quality %+v", q)
	}
}

func TestOpenFacesRefuses(t *testing.T) {
	swapped, absent, blind := toys(), toys(), toys()
	swapped.Embedder = swapped.Landmarks
	absent.Landmarks = "testdata/absent.onnx"
	blind.Detector = blind.Embedder
	var model *face.ErrModel
	if _, err := ocellus.OpenFaces(swapped); !errors.As(err, &model) {
		t.Errorf("landmarks as embedder: error %v, want a *face.ErrModel", err)
	}
	if _, err := ocellus.OpenFaces(absent); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
	var not *ocellus.ErrNotDetector
	if _, err := ocellus.OpenFaces(blind); !errors.As(err, &not) {
		t.Errorf("embedder as detector: error %v, want an *ErrNotDetector", err)
	}
	var option *ocellus.ErrOption
	if _, err := ocellus.OpenFaces(toys(), ocellus.WithScore(3)); !errors.As(err, &option) {
		t.Errorf("score 3: error %v, want an *ErrOption", err)
	}
	// The metadata of the spots does not name their landmarks.
	own := toys()
	own.Landmarks = ""
	if _, err := ocellus.OpenFaces(own); !errors.As(err, &model) {
		t.Errorf("no landmarks: error %v, want a *face.ErrModel", err)
	}
}
