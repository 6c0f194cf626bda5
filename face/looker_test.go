package face

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// frame is a picture that is read by rows.
type frame struct {
	*vision.Image
	read []bool
}

func (f *frame) Size() (w, h int) { return f.W, f.H }

func (f *frame) Row(dst []uint8, y int) {
	f.read[y] = true
	copy(dst, f.Pix[y*f.W*3:(y+1)*f.W*3])
}

// echo is a Landmarker whose points depend on what it sees.
func echo(t *testing.T) *Landmarker {
	t.Helper()
	b := nn.NewBuilder("echo")
	b.Output(b.Node("y", &nn.Flatten{Axis: 1}, b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(2), nn.D(2))))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := NewLandmarker(g, &meta.Model{Preprocess: &vision.Preprocess{Width: 2, Height: 2, Colour: vision.Gray, Scale: [3]float32{1. / 255, 1, 1}},
		Landmarks: &meta.Landmarks{Names: []string{RightEye, LeftEye}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestLooker holds what is read by rows against Describe, which has the whole
// picture: wherever the face is, askew, or cut off by the picture's border.
func TestLooker(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	img := vision.NewImage(211, 150)
	for i := range img.Pix {
		img.Pix[i] = uint8(rng.Uint32())
	}
	for _, c := range []Config{{}, {Mirror: true}, {Margin: 0.4}, {Margin: -0.2, Landmarks: echo(t)}, {Landmarks: echo(t)}} {
		c.Names, c.Embed = []string{RightEye, LeftEye}, embedder(t)
		r, err := NewRecognizer(c)
		if err != nil {
			t.Fatal(err)
		}
		look := r.NewLooker()
		for range 60 {
			x, y, s := rng.Float32()*211, rng.Float32()*150, 5+rng.Float32()*80
			turn := rng.Float64() * 7
			dx, dy := float32(math.Cos(turn))*s/4, float32(math.Sin(turn))*s/4
			d := vision.Detection{Box: vision.BoxAround(x, y, s, s), Landmarks: []vision.Point{{X: x - dx, Y: y - dy}, {X: x + dx, Y: y + dy}}}
			want, err := r.Describe(img, d)
			if err != nil {
				t.Fatal(err)
			}
			src := &frame{img, make([]bool, img.H)}
			got, err := look.Look(src, &d)
			if err != nil {
				t.Fatal(err)
			}
			if got.Quality != want.Quality || !slices.Equal(got.Points, want.Points) || got.Box != d.Box {
				t.Fatalf("%+v: %+v, want %+v", c, got, want)
			}
			e, err := look.Embed(src)
			if err != nil || !slices.Equal(e, want.Embedding) {
				t.Fatalf("%+v of %v: embedding %v, %v; want %v", c, d, e, err, want.Embedding)
			}
			if c.Landmarks == nil && s < 20 && y > 75 && src.read[0] {
				t.Fatal("rows far from the face were read")
			}
		}
	}
}

func TestLookerRefuses(t *testing.T) {
	r, err := NewRecognizer(Config{Names: []string{RightEye, LeftEye}, Embed: embedder(t), Landmarks: echo(t)})
	if err != nil {
		t.Fatal(err)
	}
	src := &frame{vision.NewImage(20, 20), make([]bool, 20)}
	for _, b := range []vision.Box{{}, {X2: float32(math.NaN()), Y2: 3}, {X2: float32(math.Inf(1)), Y2: 3}} {
		if f, err := r.NewLooker().Look(src, &vision.Detection{Box: b}); err == nil {
			t.Errorf("box %v: %+v", b, f)
		}
	}
}

func TestLookerAllocates(t *testing.T) {
	r, err := NewRecognizer(Config{Names: []string{RightEye, LeftEye}, Embed: embedder(t), Landmarks: echo(t), Mirror: true})
	if err != nil {
		t.Fatal(err)
	}
	img := vision.NewImage(64, 64)
	for i := range img.Pix {
		img.Pix[i] = uint8(i * i)
	}
	look, src := r.NewLooker(), &frame{img, make([]bool, 64)}
	d := &vision.Detection{Box: vision.Box{X1: 10, Y1: 10, X2: 40, Y2: 40}, Landmarks: []vision.Point{{X: 15, Y: 20}, {X: 30, Y: 20}}}
	if n := testing.AllocsPerRun(20, func() {
		_, err := look.Look(src, d)
		if err == nil {
			_, err = look.Embed(src)
		}
		if err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a face", n)
	}
}

func TestWorth(t *testing.T) {
	good := func(change func(*Quality)) *Quality {
		q := &Quality{EyeDistance: 60, Sharpness: 300, Exposure: 0.5, Pose: &Pose{Yaw: -20, Pitch: 10, Roll: 90}}
		change(q)
		return q
	}
	for _, c := range []struct {
		q        *Quality
		min, max float32
		why      Doubt
	}{
		{good(func(*Quality) {}), 1, 1, ""},
		{good(func(q *Quality) { q.Pose = nil }), 1, 1, ""},
		{good(func(q *Quality) { q.EyeDistance = 22 }), 0.49, 0.51, Small},
		{good(func(q *Quality) { q.Sharpness = 20 }), 0.1, 0.2, Blurry},
		{good(func(q *Quality) { q.Exposure = 0.02 }), 0, 0, Dark},
		{good(func(q *Quality) { q.Exposure = 0.9 }), 0.4, 0.42, Bright},
		{good(func(q *Quality) { q.Clipped = 0.4 }), 0.49, 0.51, Bright},
		{good(func(q *Quality) { q.Pose.Yaw = -50 }), 0.49, 0.51, Turned},
		{good(func(q *Quality) { q.Pose.Pitch = 100 }), 0, 0, Turned},
		{good(func(q *Quality) { q.Pose.Yaw, q.EyeDistance = 40, 5 }), 0, 0.03, Small},
		{&Quality{}, 0, 0, Small},
	} {
		if w, why := c.q.Worth(); w < c.min || w > c.max || why != c.why {
			t.Errorf("%+v: %v, %q", c.q, w, why)
		}
		if d := c.q.Doubts(); (c.min == 1) != (len(d) == 0) || c.why != "" && !slices.Contains(d, c.why) {
			t.Errorf("%+v: doubts %q, want %q among them", c.q, d, c.why)
		}
	}
	q := good(func(q *Quality) { q.Exposure, q.Clipped, q.Pose.Yaw = 0.9, 0.4, 40 })
	if d := q.Doubts(); !slices.Equal(d, []Doubt{Bright, Turned}) {
		t.Errorf("doubts %q, want each once", d)
	}
}

func TestKnown(t *testing.T) {
	k := NewKnown(NewComparer(meta.Embedding{Metric: meta.Euclidean, Threshold: 0.6}), 2)
	nearest := func(e ...float32) Match {
		m, err := k.Nearest(context.Background(), e)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := nearest(1, 2); m != (Match{}) {
		t.Errorf("of nobody, %+v", m)
	}
	k.Add("ann", []float32{0, 0})
	if m := nearest(0, 1); m != (Match{"ann", 0.5, 0}) || m.Margin() != 0.5 {
		t.Errorf("of one, %+v", m)
	}
	if m := nearest(9, 9); m != (Match{"ann", 0, 0}) {
		t.Errorf("unlike the one, %+v", m)
	}
	k.Add("bob", []float32{0, 1})
	k.Add("ann", []float32{1, 1})
	k.Add("cid", []float32{0, -1})
	for _, c := range []struct {
		x, y float32
		want Match
	}{
		{0, 0.75, Match{"bob", 0.875, 0.625}},
		{1, 1, Match{"ann", 1, 0.5}}, // ann's other face is no runner-up
		{0, -0.75, Match{"cid", 0.875, 0.625}},
		{0.5, 1, Match{"ann", 0.75, 0.75}}, // the first of two who are as like
	} {
		if m := nearest(c.x, c.y); m != c.want {
			t.Errorf("%v, %v: %+v, want %+v", c.x, c.y, m, c.want)
		}
	}
	if got := k.Names(); !slices.Equal(got, []string{"ann", "bob", "cid"}) {
		t.Errorf("names %v", got)
	}
	e := []float32{0.5, 0.5}
	if n := testing.AllocsPerRun(20, func() { _, _ = k.Nearest(context.Background(), e) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
