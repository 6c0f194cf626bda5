package head_test

import (
	"crypto/sha256"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/format/npy"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// net is a known model made ready to run.
type net struct {
	meta   *meta.Model
	runner *plan.Runner
}

func open(t *testing.T, file string) *net {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := meta.Known(sha256.Sum256(data))
	if !ok {
		t.Fatalf("%s is not known", file)
	}
	g, err := onnx.Decode(file, data)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(g, plan.Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	return &net{m, p.NewRunner(nil)}
}

// run returns the outputs for a picture, and where its pixels have come to lie.
func (n *net) run(t *testing.T, picture string) ([]head.Output, vision.Mapping) {
	t.Helper()
	img, err := vision.Load(picture)
	if err != nil {
		t.Fatal(err)
	}
	prep, err := vision.NewPreparer(*n.meta.Preprocess)
	if err != nil {
		t.Fatal(err)
	}
	at, err := prep.Fill(n.runner.Input(0).F32(), img, img.Bounds())
	if err != nil {
		t.Fatal(err)
	}
	if err := n.runner.Run(); err != nil {
		t.Fatal(err)
	}
	var out []head.Output
	for i, port := range n.runner.Plan().Outputs() {
		out = append(out, view(port.Name, n.runner.Output(i)))
	}
	return out, at
}

func view(name string, t *nn.Tensor) head.Output {
	return head.Output{Name: name, Dims: slices.Clone(t.Shape.Slice()), Data: t.F32()}
}

func decode(t *testing.T, c head.Config, in head.Input, out []head.Output) []vision.Detection {
	t.Helper()
	d, err := head.New(c, in, out)
	if err != nil {
		t.Fatal(err)
	}
	return vision.NMS(d.Decode(nil, out), c.Suppression())
}

// TestDetectionsAgreeWithOpenCV decodes what OpenCV 4.6 and what we make of
// one picture: boxes, scores and landmarks must agree.
func TestDetectionsAgreeWithOpenCV(t *testing.T) {
	for _, c := range []struct{ reference, model string }{
		{"yunet_n_320", "yunet/yunet_n_320_320.onnx"},
		{"ultraface-rfb-320", "ultraface/version-RFB-320.onnx"},
		{"ultraface-slim-320", "ultraface/version-slim-320_simplified.onnx"},
		{"yolo-fastestv2", "yolo-fastestv2/yolo-fastestv2_352.onnx"},
		{"fastestdet", "fastestdet/FastestDet.onnx"},
	} {
		t.Run(c.reference, func(t *testing.T) {
			dir := check.Shared(t, "reference_opencv46", c.reference)
			n := open(t, check.Shared(t, "models", filepath.FromSlash(c.model)))
			ours, _ := n.run(t, filepath.Join(dir, "input.png"))
			var theirs []head.Output
			for _, o := range ours {
				v, err := npy.ReadFile(filepath.Join(dir, o.Name+".npy"))
				if err != nil {
					t.Fatal(err)
				}
				theirs = append(theirs, view(o.Name, v))
			}
			in := head.Input{Width: n.meta.Preprocess.Width, Height: n.meta.Preprocess.Height}
			conf := *n.meta.Head
			if c.reference == "fastestdet" || c.reference == "yolo-fastestv2" {
				conf.Score = 0.2 // more to compare
			}
			got, want := decode(t, conf, in, ours), decode(t, conf, in, theirs)
			if len(want) == 0 || len(got) != len(want) {
				t.Fatalf("%d detections, OpenCV's outputs have %d", len(got), len(want))
			}
			for i := range want {
				agree(t, &got[i], &want[i])
				t.Logf("%s %.3f %.1f", n.meta.Label(got[i].Class), got[i].Score, got[i].Box)
			}
		})
	}
}

func agree(t *testing.T, got, want *vision.Detection) {
	t.Helper()
	if got.Class != want.Class || math.Abs(float64(got.Score-want.Score)) > 1e-3 || got.Box.IoU(want.Box) < 0.995 {
		t.Errorf("%+v, want %+v", got, want)
	}
	for k, p := range got.Landmarks {
		if w := want.Landmarks[k]; math.Hypot(float64(p.X-w.X), float64(p.Y-w.Y)) > 0.1 {
			t.Errorf("landmark %d at %v, want %v", k, p, w)
		}
	}
}

// darknet is a model of darknet's of which OpenCV's outputs are at hand.
var darknet = []struct {
	name    string
	in      head.Input
	classes int
	outputs []string
	strides []int
	stretch []float32
	anchors [][]head.Size
	least   int // detections that must be there
}{
	{"yolo-fastest-1.1", head.Input{Width: 320, Height: 320}, 80, []string{"yolo_121", "yolo_130"}, []int{32, 16}, nil,
		[][]head.Size{{{W: 115, H: 73}, {W: 119, H: 199}, {W: 242, H: 238}}, {{W: 12, H: 18}, {W: 37, H: 49}, {W: 52, H: 132}}}, 2},
	{"mobilenetv2-yolo-fastest-voc", head.Input{Width: 320, Height: 320}, 20, []string{"yolo_73", "yolo_87"}, []int{32, 16}, []float32{1.1, 1.05},
		[][]head.Size{{{W: 189, H: 126}, {W: 137, H: 236}, {W: 265, H: 259}}, {{W: 26, H: 48}, {W: 67, H: 84}, {W: 72, H: 175}}}, 2},
	{"yoloface-500k", head.Input{Width: 320, Height: 256}, 1, []string{"yolo_65", "yolo_73", "yolo_81"}, []int{16, 8, 4}, nil,
		[][]head.Size{{{W: 47, H: 60}, {W: 83, H: 97}, {W: 141, H: 149}}, {{W: 16, H: 24}, {W: 33, H: 25}, {W: 26, H: 41}},
			{{W: 4, H: 6}, {W: 7, H: 10}, {W: 11, H: 15}}}, 1},
}

// TestYOLOAgreesWithOpenCV takes the boxes that OpenCV's own decoder of
// darknet's nets has made, works back to what the nets have put out, and
// decodes that. Working back fails unless cells, anchors and the stretch are
// as OpenCV has them: a centre would fall outside of its cell's reach.
func TestYOLOAgreesWithOpenCV(t *testing.T) {
	for _, c := range darknet {
		t.Run(c.name, func(t *testing.T) {
			dir := check.Shared(t, "reference_opencv46", c.name)
			conf := head.Defaults(head.YOLO)
			conf.Strides, conf.Anchors, conf.ScaleXY, conf.Layout = c.strides, c.anchors, c.stretch, vision.NHWC
			var raw []head.Output
			var want []vision.Detection
			for i, name := range c.outputs {
				v, err := npy.ReadFile(filepath.Join(dir, name+".npy"))
				if err != nil {
					t.Fatal(err)
				}
				l := layer{c.in, c.strides[i], 1, c.anchors[i], 5 + c.classes}
				if c.stretch != nil {
					l.stretch = float64(c.stretch[i])
				}
				out, dets := l.encode(t, v.F32(), conf.Score)
				raw, want = append(raw, head.Output{Name: name, Dims: v.Shape.Slice(), Data: out}), append(want, dets...)
			}
			got := decode(t, conf, c.in, raw)
			want = vision.NMS(want, conf.Suppression())
			if len(want) < c.least || len(got) != len(want) {
				t.Fatalf("%d detections, want %d, and %d or more", len(got), len(want), c.least)
			}
			for i := range want {
				agree(t, &got[i], &want[i])
				t.Logf("class %d %.3f %.1f", got[i].Class, got[i].Score, got[i].Box)
			}
		})
	}
}

// layer is one output of OpenCV's: rows of centre and size as shares of the
// input, objectness, and for each class its score, or 0 where that is low.
type layer struct {
	in      head.Input
	stride  int
	stretch float64
	anchors []head.Size
	width   int
}

func (l *layer) encode(t *testing.T, rows []float32, least float32) ([]float32, []vision.Detection) {
	t.Helper()
	cols := l.in.Width / l.stride
	raw := make([]float32, len(rows))
	var dets []vision.Detection
	for i := 0; i*l.width < len(rows); i++ {
		r, out := rows[i*l.width:(i+1)*l.width], raw[i*l.width:(i+1)*l.width]
		cell, a := i/len(l.anchors), l.anchors[i%len(l.anchors)]
		w, h := float32(l.in.Width), float32(l.in.Height)
		x := float64(r[0]*w)/float64(l.stride) - float64(cell%cols)
		y := float64(r[1]*h)/float64(l.stride) - float64(cell/cols)
		for k, v := range []float64{x, y} {
			s := (v-0.5)/l.stretch + 0.5
			if s < -1e-3 || s > 1+1e-3 {
				t.Fatalf("row %d: its centre is %v, %v cells from its cell", i, x, y)
			}
			out[k] = logit(s)
		}
		tw, th := math.Log(float64(r[2]*w/a.W)), math.Log(float64(r[3]*h/a.H))
		if math.Abs(tw) > 6 || math.Abs(th) > 6 {
			t.Fatalf("row %d: its size is e^%v, e^%v anchors", i, tw, th)
		}
		out[2], out[3], out[4] = float32(tw), float32(th), logit(float64(r[4]))
		d := vision.Detection{Box: vision.BoxAround(r[0]*w, r[1]*h, r[2]*w, r[3]*h)}
		for c, s := range r[5:] {
			out[5+c] = logit(float64(s / r[4]))
			if s > d.Score {
				d.Class, d.Score = c, s
			}
		}
		if d.Score >= least {
			dets = append(dets, d)
		}
	}
	return raw, dets
}

func logit(p float64) float32 {
	p = min(max(p, 1e-7), 1-1e-7)
	return float32(math.Log(p / (1 - p)))
}
