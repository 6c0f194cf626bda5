package zoo

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/home"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// fetched returns a plan of a model that has been fetched, and its metadata.
func fetched(t *testing.T, name string) (*plan.Plan, *meta.Model) {
	t.Helper()
	dir, err := home.Models()
	if err != nil {
		t.Skip(err)
	}
	e, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	if e[0].State(dir.Path) != Present {
		t.Skipf("%s is not in %s as the manifest has it: run ocellus-host models fetch %[1]s", name, dir.Path)
	}
	g, err := onnx.ReadFile(e[0].Path(dir.Path))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(g, plan.Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := meta.Parse(g.Meta)
	if err != nil {
		t.Fatal(err)
	}
	return p, m
}

// pattern is a picture that the reference was given too.
func pattern(side int) *vision.Image {
	img := vision.NewImage(side, side)
	for y := range side {
		for x := range side {
			for c := range 3 {
				v := (x*x+3*y*y+x*y*(c+1))>>5 + ((x*7)^(y*13))%31 + 40*c
				img.Pix[(y*side+x)*3+c] = uint8(v)
			}
		}
	}
	return img
}

// forward runs a model on the pattern.
func forward(t *testing.T, p *plan.Plan, pre vision.Preprocess) []head.Output {
	t.Helper()
	r := p.NewRunner(nil)
	img := pattern(pre.Width)
	if _, err := pre.Fill(r.Input(0).F32(), img, img.Bounds()); err != nil {
		t.Fatal(err)
	}
	if err := r.Run(); err != nil {
		t.Fatal(err)
	}
	var outs []head.Output
	for i, port := range p.Outputs() {
		outs = append(outs, head.Output{Name: port.Name, Dims: port.Shape.Slice(), Data: r.Output(i).F32()})
	}
	return outs
}

// TestFaceAPI holds the networks against testdata/faceapi.json: what the
// package itself, version 1.7.15 with TensorFlow.js 4.22.0 on WebAssembly,
// makes of the pattern. Of long outputs it has every n-th number.
func TestFaceAPI(t *testing.T) {
	var want struct {
		Face128, Landmarks, Tiny, SSDBoxes, SSDScores []float32
		TinyStep, SSDStep                             int
	}
	data, err := os.ReadFile("testdata/faceapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	t.Run("face-128", func(t *testing.T) {
		p, m := fetched(t, "face-128")
		pre := *m.Preprocess
		pre.Scale = uniform(1.0 / 255) // as that package has it, see face128
		near(t, "embedding", forward(t, p, pre)[0].Data, want.Face128, 2e-5)
	})
	t.Run("face-landmark-68", func(t *testing.T) {
		p, m := fetched(t, "face-landmark-68")
		near(t, "landmarks", forward(t, p, *m.Preprocess)[0].Data, want.Landmarks, 2e-5)
	})
	t.Run("tiny-face", func(t *testing.T) {
		p, m := fetched(t, "tiny-face")
		cells := forward(t, p, *m.Preprocess)[0].Data
		// The reference has channels last.
		const channels, area = 25, 13 * 13
		got := make([]float32, 0, len(want.Tiny))
		for i := 0; i < channels*area; i += want.TinyStep {
			got = append(got, cells[i%channels*area+i/channels])
		}
		near(t, "cells", got, want.Tiny, 1e-3)
	})
	t.Run("ssd-mobilenetv1", func(t *testing.T) {
		p, m := fetched(t, "ssd-mobilenetv1")
		outs := forward(t, p, *m.Preprocess)
		c := *m.Head
		c.Score = 0 // every box, in its order
		d, err := head.New(c, head.Input{Width: 512, Height: 512}, outs)
		if err != nil {
			t.Fatal(err)
		}
		var boxes, scores []float32
		for i, det := range d.Decode(nil, outs) {
			if i%want.SSDStep == 0 {
				b := det.Box
				boxes = append(boxes, b.Y1/512, b.X1/512, b.Y2/512, b.X2/512)
				scores = append(scores, det.Score)
			}
		}
		near(t, "boxes", boxes, want.SSDBoxes, 1e-4)
		near(t, "scores", scores, want.SSDScores, 1e-4)
	})
}

// near compares numbers, with a tolerance that grows with those above 1.
func near(t *testing.T, what string, got, want []float32, tolerance float64) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	worst := 0.0
	for i, w := range want {
		e := math.Abs(float64(got[i])-float64(w)) / max(1, math.Abs(float64(w)))
		if !(e <= tolerance) {
			t.Fatalf("%s: number %d is %v, want %v", what, i, got[i], w)
		}
		worst = max(worst, e)
	}
	t.Logf("%s: within %.2g", what, worst)
}
