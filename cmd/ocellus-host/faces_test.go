package main

import (
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/zoo"
)

// TestFaces finds the faces in photographs with the front net, as the manifest
// would save it. The boxes were drawn by looking at the pictures, from brow to
// chin and from cheek to cheek.
func TestFaces(t *testing.T) {
	g, err := onnx.ReadFile(check.Shared(t, "models", "blazeface", "face_detection_front_128x128_barracuda.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	models, err := zoo.Find("blazeface-front")
	if err != nil {
		t.Fatal(err)
	}
	props, err := models[0].Meta.Props()
	if err != nil {
		t.Fatal(err)
	}
	s, err := ocellus.New(g.WithMeta(props))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for file, faces := range map[string][]vision.Box{
		"dog.jpg":     nil,
		"giraffe.jpg": nil,
		"bus.jpg":     {{X1: 112, Y1: 428, X2: 153, Y2: 470}, {X1: 268, Y1: 434, X2: 308, Y2: 472}},
		"zidane.jpg":  {{X1: 905, Y1: 135, X2: 1052, Y2: 280}, {X1: 520, Y1: 285, X2: 668, Y2: 435}},
		"face_two_people.jpg": {
			{X1: 713, Y1: 88, X2: 855, Y2: 230}, {X1: 212, Y1: 67, X2: 352, Y2: 207},
		},
		"face_obama_and_biden.jpg": {
			{X1: 385, Y1: 227, X2: 487, Y2: 326}, {X1: 587, Y1: 214, X2: 683, Y2: 308}, {X1: 837, Y1: 549, X2: 918, Y2: 628},
		},
	} {
		img, err := vision.Load(check.Shared(t, "samples", file))
		if err != nil {
			t.Fatal(err)
		}
		found, _, err := s.Detect(t.Context(), img)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != len(faces) {
			t.Errorf("%s: %d found, want %d: %v", file, len(found), len(faces), found)
		}
		for _, f := range faces {
			if !covered(f, found) {
				t.Errorf("%s: the face at %v was not found in %v", file, f, found)
			}
		}
	}
}

// covered reports whether a detection lies on the face, its eyes above its
// mouth.
func covered(face vision.Box, found []vision.Detection) bool {
	for _, d := range found {
		if d.Box.IoU(face) > 0.5 && d.Landmarks[0].Y < d.Landmarks[3].Y && d.Landmarks[1].Y < d.Landmarks[3].Y {
			return true
		}
	}
	return false
}
