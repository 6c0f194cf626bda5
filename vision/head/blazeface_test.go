package head

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/vision"
)

func blazeConfig() Config {
	return Config{
		Kind: BlazeFace, Strides: []int{8, 16, 16, 16},
		Scores: []string{"s8", "s16"}, Boxes: []string{"b8", "b16"},
		Score: 0.5, IoU: 0.3, NMS: vision.Weighted,
	}
}

// blazeOutputs returns outputs of the front net's shapes in which no anchor
// is a face.
func blazeOutputs() []Output {
	out := []Output{
		{Name: "b16", Dims: []int{1, 384, 16}}, {Name: "s8", Dims: []int{1, 512, 1}},
		{Name: "b8", Dims: []int{1, 512, 16}}, {Name: "s16", Dims: []int{1, 384, 1}},
	}
	for i := range out {
		n := 1
		for _, d := range out[i].Dims {
			n *= d
		}
		out[i].Data = make([]float32, n)
		if out[i].Name[0] == 's' {
			for j := range out[i].Data {
				out[i].Data[j] = -20
			}
		}
	}
	return out
}

func mustNew(t testing.TB, c Config, in Input, out []Output) Decoder {
	t.Helper()
	d, err := New(c, in, out)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBlazeAnchors(t *testing.T) {
	for _, c := range []struct {
		in      Input
		strides []int
		n       int
		first   vision.Point
		last    vision.Point
	}{
		{Input{128, 128}, []int{8, 16, 16, 16}, 896, vision.Point{X: 4, Y: 4}, vision.Point{X: 120, Y: 120}},
		{Input{256, 256}, []int{16, 32, 32, 32}, 896, vision.Point{X: 8, Y: 8}, vision.Point{X: 240, Y: 240}},
		{Input{192, 192}, []int{4}, 4608, vision.Point{X: 2, Y: 2}, vision.Point{X: 190, Y: 190}},
		{Input{100, 60}, []int{32}, 2 * 4 * 2, vision.Point{X: 12.5, Y: 15}, vision.Point{X: 87.5, Y: 45}},
	} {
		a := blazeAnchors(c.in, c.strides)
		if len(a) != c.n {
			t.Errorf("%v %v: %d anchors, want %d", c.in, c.strides, len(a), c.n)
			continue
		}
		if a[0] != c.first || a[len(a)-1] != c.last {
			t.Errorf("%v %v: anchors run from %v to %v, want %v to %v", c.in, c.strides, a[0], a[len(a)-1], c.first, c.last)
		}
		for i, p := range a {
			if p.X <= 0 || p.Y <= 0 || p.X >= float32(c.in.Width) || p.Y >= float32(c.in.Height) {
				t.Fatalf("anchor %d at %v lies outside the input", i, p)
			}
		}
	}
}

// TestBlazeAnchorsAgree holds the anchors against those that another project
// keeps in a file.
func TestBlazeAnchorsAgree(t *testing.T) {
	data, err := os.ReadFile(check.Shared(t, "models", "blazeface", "anchors_front.npy"))
	if err != nil {
		t.Fatal(err)
	}
	const header = 128
	a := blazeAnchors(Input{128, 128}, []int{8, 16, 16, 16})
	if len(data) != header+len(a)*4*8 {
		t.Fatalf("%d bytes, want %d rows of 4 float64", len(data), len(a))
	}
	at := func(i int) float64 {
		return math.Float64frombits(binary.LittleEndian.Uint64(data[header+8*i:]))
	}
	for i, p := range a {
		if x, y := at(4*i)*128, at(4*i+1)*128; math.Abs(x-float64(p.X)) > 1e-4 || math.Abs(y-float64(p.Y)) > 1e-4 {
			t.Fatalf("anchor %d is at %v, theirs at %v %v", i, p, x, y)
		}
		if w, h := at(4*i+2), at(4*i+3); w != 1 || h != 1 {
			t.Fatalf("anchor %d: their size is %v×%v, want 1×1", i, w, h)
		}
	}
}

// encode writes a box and landmarks to row i of a group, as seen from its
// anchor: what a net that has found that face would put out.
func encode(row []float32, a vision.Point, d vision.Detection) {
	c := d.Box.Centre()
	copy(row, []float32{c.X - a.X, c.Y - a.Y, d.Box.Width(), d.Box.Height()})
	for k, p := range d.Landmarks {
		row[4+2*k], row[5+2*k] = p.X-a.X, p.Y-a.Y
	}
}

// TestBlazeFaceInverse puts random faces at random anchors and reads them back.
func TestBlazeFaceInverse(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	out := blazeOutputs()
	d := mustNew(t, blazeConfig(), Input{128, 128}, out)
	anchors := blazeAnchors(Input{128, 128}, []int{8, 16, 16, 16})
	for range 50 {
		i := rng.IntN(896)
		score, box, row := out[1].Data, out[2].Data, i
		if i >= 512 {
			score, box, row = out[3].Data, out[0].Data, i-512
		}
		want := vision.Detection{Box: vision.BoxAround(rng.Float32()*128, rng.Float32()*128, 1+rng.Float32()*60, 1+rng.Float32()*60)}
		for range blazePoints {
			want.Landmarks = append(want.Landmarks, vision.Point{X: rng.Float32() * 128, Y: rng.Float32() * 128})
		}
		logit := rng.Float32() * 8
		score[row] = logit
		encode(box[row*16:row*16+16], anchors[i], want)

		d.Reset()
		got := d.Decode(nil, out)
		score[row] = -20
		if len(got) != 1 {
			t.Fatalf("anchor %d: %d detections, want 1", i, len(got))
		}
		if p := float32(1 / (1 + math.Exp(-float64(logit)))); math.Abs(float64(got[0].Score-p)) > 1e-6 {
			t.Errorf("anchor %d: score %v, want %v", i, got[0].Score, p)
		}
		if iou := got[0].Box.IoU(want.Box); iou < 0.9999 {
			t.Errorf("anchor %d: box %v, want %v", i, got[0].Box, want.Box)
		}
		for k, p := range got[0].Landmarks {
			if w := want.Landmarks[k]; math.Abs(float64(p.X-w.X)) > 1e-3 || math.Abs(float64(p.Y-w.Y)) > 1e-3 {
				t.Errorf("anchor %d landmark %d: %v, want %v", i, k, p, w)
			}
		}
	}
}

func TestBlazeFaceDamagedOutputs(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct {
		name  string
		logit float32
		row   []float32
		want  int
		score float32
	}{
		{"plain", 3, []float32{0, 0, 10, 10}, 1, 0.95257413},
		{"clipped", 1e30, []float32{0, 0, 10, 10}, 1, 1},
		{"infinite score", inf, []float32{0, 0, 10, 10}, 1, 1},
		{"score NaN", nan, []float32{0, 0, 10, 10}, 0, 0},
		{"negative width", 3, []float32{0, 0, -10, 10}, 0, 0},
		{"no height", 3, []float32{0, 0, 10, 0}, 0, 0},
		{"NaN place", 3, []float32{nan, 0, 10, 10}, 0, 0},
		{"infinite size", 3, []float32{0, 0, inf, 10}, 0, 0},
		{"infinite landmark", 3, []float32{0, 0, 10, 10, inf}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := blazeOutputs()
			d := mustNew(t, blazeConfig(), Input{128, 128}, out)
			out[1].Data[7] = c.logit
			copy(out[2].Data[7*16:], c.row)
			got := d.Decode(nil, out)
			if len(got) != c.want {
				t.Fatalf("%d detections, want %d", len(got), c.want)
			}
			if c.want > 0 && math.Abs(float64(got[0].Score-c.score)) > 1e-6 {
				t.Errorf("score %v, want %v", got[0].Score, c.score)
			}
		})
	}
}

// TestBlazeFaceReset checks that landmarks outlive later calls until Reset,
// whatever their number.
func TestBlazeFaceReset(t *testing.T) {
	out := blazeOutputs()
	d := mustNew(t, blazeConfig(), Input{128, 128}, out)
	for i := range out[1].Data {
		out[1].Data[i] = 5
		copy(out[2].Data[i*16:], []float32{0, 0, 10, 10, float32(i)})
	}
	first := d.Decode(nil, out)
	all := d.Decode(first, out)
	if len(all) != 1024 {
		t.Fatalf("%d detections, want 1024", len(all))
	}
	anchors := blazeAnchors(Input{128, 128}, []int{8, 16, 16, 16})
	for i, det := range all {
		if want := anchors[i%512].X + float32(i%512); det.Landmarks[0].X != want {
			t.Fatalf("detection %d: landmark at %v, want %v", i, det.Landmarks[0].X, want)
		}
	}
	dst := all[:0]
	if n := testing.AllocsPerRun(10, func() {
		d.Reset()
		dst = d.Decode(dst[:0], out)
	}); n != 0 {
		t.Errorf("Decode allocates %v times", n)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*Config, *Input, []Output)
		field string
		why   string
	}{
		{"kind", func(c *Config, _ *Input, _ []Output) { c.Kind = "yolo9" }, "kind", "blazeface"},
		{"score", func(c *Config, _ *Input, _ []Output) { c.Score = 1.5 }, "score", "0 to 1"},
		{"score NaN", func(c *Config, _ *Input, _ []Output) { c.Score = float32(math.NaN()) }, "score", "0 to 1"},
		{"iou", func(c *Config, _ *Input, _ []Output) { c.IoU = -1 }, "iou", "0 to 1"},
		{"smallest", func(c *Config, _ *Input, _ []Output) { c.Smallest = -1 }, "smallest", "no part"},
		{"no largest", func(c *Config, _ *Input, _ []Output) { c.Smallest = 0.1 }, "smallest", "no part"},
		{"largest", func(c *Config, _ *Input, _ []Output) { c.Smallest, c.Largest = 0.1, 2 }, "smallest", "no part"},
		{"confirm", func(c *Config, _ *Input, _ []Output) { c.Confirm = 2 }, "confirm", "0 to 1"},
		{"look", func(c *Config, _ *Input, _ []Output) { c.Looks = []float32{0.3, 0} }, "looks", "0 is outside"},
		{"looks", func(c *Config, _ *Input, _ []Output) { c.Looks = slices.Repeat([]float32{0.3}, 17) }, "looks", "17"},
		{"no strides", func(c *Config, _ *Input, _ []Output) { c.Strides = nil }, "strides", "none"},
		{"stride 0", func(c *Config, _ *Input, _ []Output) { c.Strides[1] = 0 }, "strides", "0 is outside"},
		{"strides", func(c *Config, _ *Input, _ []Output) { c.Strides = []int{8, 16} }, "strides", "640 anchors"},
		{"input", func(_ *Config, in *Input, _ []Output) { in.Width = 0 }, "input", "0×128"},
		{"huge input", func(_ *Config, in *Input, _ []Output) { in.Height = 1 << 20 }, "input", "outside"},
		{"other input", func(_ *Config, in *Input, _ []Output) { in.Width = 256 }, "strides", "1792 anchors"},
		{"no scores", func(c *Config, _ *Input, _ []Output) { c.Scores = nil }, "scores", "no outputs"},
		{"boxes", func(c *Config, _ *Input, _ []Output) { c.Boxes = c.Boxes[:1] }, "boxes", "1 outputs"},
		{"missing output", func(c *Config, _ *Input, _ []Output) { c.Scores[0] = "gone" }, "gone", "not an output"},
		{"swapped", func(c *Config, _ *Input, _ []Output) { c.Scores, c.Boxes = c.Boxes, c.Scores }, "b8", "rows of 1"},
		{"paired wrongly", func(c *Config, _ *Input, _ []Output) { c.Boxes[0], c.Boxes[1] = c.Boxes[1], c.Boxes[0] }, "s8", "512 scores for 384"},
		{"scalar", func(_ *Config, _ *Input, o []Output) { o[1].Dims = nil }, "s8", "shape []"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conf, in, out := blazeConfig(), Input{128, 128}, blazeOutputs()
			c.spoil(&conf, &in, out)
			_, err := New(conf, in, out)
			var e *ErrConfig
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want an *ErrConfig", err)
			}
			if e.Field != c.field || !strings.Contains(e.Error(), c.why) {
				t.Errorf("error %q at field %q, want field %q and %q", e, e.Field, c.field, c.why)
			}
		})
	}
}

func BenchmarkBlazeFaceDecode(b *testing.B) {
	out := blazeOutputs()
	d := mustNew(b, blazeConfig(), Input{128, 128}, out)
	out[1].Data[100] = 3
	out[2].Data[1602], out[2].Data[1603] = 20, 20
	var dst []vision.Detection
	for b.Loop() {
		d.Reset()
		dst = d.Decode(dst[:0], out)
	}
}
