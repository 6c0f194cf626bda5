//go:build gocv && cgo

package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/capture/avi"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/vision"
)

// TestGocvDetectsTheSame: faces in an MJPEG-AVI are the same whether OpenCV
// reads it or we do.
func TestGocvDetectsTheSame(t *testing.T) {
	video := writeAVI(t, check.Shared(t, "video", "frames_short_hamilton_clip"), 30)
	s, err := ocellus.Open(check.Shared(t, "models", "yunet", "yunet_n_320_320.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	own, other := facesOf(t, s, video), facesOf(t, s, "gocv:"+video)
	if len(own) != 30 || len(other) != 30 {
		t.Fatalf("%d and %d frames", len(own), len(other))
	}
	total, far, apart := 0, 0.0, 0.0
	for i := range own {
		if len(own[i]) != len(other[i]) {
			t.Errorf("frame %d: %d faces, by OpenCV %d", i, len(own[i]), len(other[i]))
			continue
		}
		for j, a := range own[i] {
			b := other[i][j]
			total++
			apart = max(apart, math.Abs(float64(a.Score-b.Score)))
			for _, d := range []float32{a.Box.X1 - b.Box.X1, a.Box.Y1 - b.Box.Y1, a.Box.X2 - b.Box.X2, a.Box.Y2 - b.Box.Y2} {
				far = max(far, math.Abs(float64(d)))
			}
		}
	}
	t.Logf("%d faces in 30 frames; boxes at most %.2f px apart, scores %.4f", total, far, apart)
	if total < 20 || far > 1.5 || apart > 0.02 {
		t.Errorf("%d faces; boxes %.2f px apart, scores %.4f", total, far, apart)
	}
}

func writeAVI(t *testing.T, pictures string, n int) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(pictures, "*.jpg"))
	if err != nil || len(files) < n {
		t.Fatalf("%d pictures in %s, %v", len(files), pictures, err)
	}
	w, h, err := vision.Size(files[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "clip.avi")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a, err := avi.NewWriter(f, avi.Header{W: w, H: h, FPS: 25})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range files[:n] {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func facesOf(t *testing.T, s *ocellus.Session, spec string) (all [][]vision.Detection) {
	t.Helper()
	src, err := capture.Open(spec, capture.Options{AsFast: true})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var f capture.Frame
	var d capture.Decoder
	for src.Next(t.Context(), &f) == nil {
		r, err := d.Raster(&f)
		if err != nil {
			t.Fatal(err)
		}
		var m vision.Image
		r.Image(&m)
		found, _, err := s.Detect(t.Context(), &m)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found)
	}
	return all
}
