package face

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// arcFace is the template of ArcFace for 112×112 pixels, in names of ours.
func arcFace() *meta.Landmarks {
	return &meta.Landmarks{
		Names: []string{RightEye, LeftEye, NoseTip, RightMouthCorner, LeftMouthCorner},
		Template: []vision.Point{{X: 38.2946, Y: 51.6963}, {X: 73.5318, Y: 51.5014}, {X: 56.0252, Y: 71.7366},
			{X: 41.5493, Y: 92.3655}, {X: 70.7299, Y: 92.2041}},
	}
}

func ibug() []string {
	var names []string
	for i := range 68 {
		names = append(names, fmt.Sprintf("ibug_%d", i))
	}
	return names
}

func square(side int) *vision.Preprocess {
	return &vision.Preprocess{Width: side, Height: side, Scale: [3]float32{1, 1, 1}}
}

func near(a, b vision.Point, most float64) bool {
	return math.Hypot(float64(a.X-b.X), float64(a.Y-b.Y)) <= most
}

func TestAlign(t *testing.T) {
	m := &meta.Model{Preprocess: square(112), Landmarks: arcFace()}
	// A face that is the template turned, enlarged and moved.
	place := vision.Affine{XX: 1.5, XY: -1, X0: 200, YX: 1, YY: 1.5, Y0: 50}
	at := map[string]vision.Point{}
	for i, n := range m.Landmarks.Names {
		at[n] = place.Apply(m.Landmarks.Template[i])
	}
	at[MouthCentre] = place.Apply(vision.Point{X: 56, Y: 92})
	points := map[string][]string{
		"five":      m.Landmarks.Names,
		"blazeface": {RightEye, LeftEye, NoseTip, MouthCentre, RightTragion, LeftTragion},
		"ibug":      ibug(),
	}
	for name, names := range points {
		t.Run(name, func(t *testing.T) {
			ps := make([]vision.Point, len(names))
			for i, n := range names {
				ps[i] = at[n]
			}
			for n, list := range derived {
				for _, k := range list {
					if name == "ibug" {
						ps[k] = at[n]
					}
				}
			}
			a, err := NewAligner("net", m, names)
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.Align(ps, Crop{})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []vision.Point{{X: 0, Y: 0}, {X: 112, Y: 0}, {X: 50, Y: 112}} {
				if !near(got.Apply(p), place.Apply(p), 0.01) {
					t.Errorf("%v goes to %v, want %v", p, got.Apply(p), place.Apply(p))
				}
			}
			mirrored, err := a.Align(ps, Crop{Mirror: true, Margin: 0.25})
			if err != nil {
				t.Fatal(err)
			}
			// With a margin of a quarter on each side the input shows half as
			// much again of the face.
			for _, p := range []vision.Point{{X: 56, Y: 56}, {X: 28, Y: 56}, {X: 112, Y: 112}} {
				if want := place.Apply(vision.Point{X: 56 - (p.X-56)*1.5, Y: 56 + (p.Y-56)*1.5}); !near(mirrored.Apply(p), want, 0.01) {
					t.Errorf("mirrored, %v goes to %v, want %v", p, mirrored.Apply(p), want)
				}
			}
		})
	}
}

// TestAlignExact: points that the template has by name are preferred to those
// that could be made of others.
func TestAlignExact(t *testing.T) {
	l := arcFace()
	l.Names = append(l.Names, "ibug_30", "ibug_48", "ibug_54")
	l.Template = append(l.Template, vision.Point{X: 10, Y: 10}, vision.Point{X: 10, Y: 30}, vision.Point{X: 30, Y: 30})
	a, err := NewAligner("net", &meta.Model{Preprocess: square(112), Landmarks: l}, ibug())
	if err != nil {
		t.Fatal(err)
	}
	ps := make([]vision.Point, 68)
	ps[30], ps[48], ps[54] = vision.Point{X: 100, Y: 100}, vision.Point{X: 100, Y: 140}, vision.Point{X: 140, Y: 140}
	at, err := a.Align(ps, Crop{})
	if err != nil || !near(at.Apply(vision.Point{X: 20, Y: 20}), vision.Point{X: 120, Y: 120}, 0.01) {
		t.Errorf("%+v, %v", at, err)
	}
}

func TestAlignRefuses(t *testing.T) {
	var me *ErrModel
	for name, m := range map[string]*meta.Model{
		"no preprocess": {Landmarks: arcFace()},
		"no landmarks":  {Preprocess: square(8)},
		"no template":   {Preprocess: square(8), Landmarks: &meta.Landmarks{Names: []string{LeftEye}}},
	} {
		if _, err := NewAligner("net", m, ibug()); !errors.As(err, &me) {
			t.Errorf("%s: error %v, want an *ErrModel", name, err)
		}
	}
	m := &meta.Model{Preprocess: square(112), Landmarks: arcFace()}
	for _, names := range [][]string{nil, {LeftEye}, {"chin", "brow"}} {
		if _, err := NewAligner("net", m, names); !errors.As(err, &me) {
			t.Errorf("%v: error %v, want an *ErrModel", names, err)
		}
	}
	a, err := NewAligner("net", m, []string{LeftEye, RightEye})
	if err != nil {
		t.Fatal(err)
	}
	nan := float32(math.NaN())
	var pe *ErrPoints
	for _, ps := range [][]vision.Point{nil, {{X: 1, Y: 1}}, {{X: 1, Y: 1}, {X: 1, Y: 1}}, {{X: nan, Y: 1}, {X: 1, Y: 1}}} {
		if _, err := a.Align(ps, Crop{}); !errors.As(err, &pe) {
			t.Errorf("%v: error %v, want an *ErrPoints", ps, err)
		}
	}
}

// turned shows the mould from where a face of that pose is seen.
func turned(p Pose, names []string) []vision.Point {
	const rad = math.Pi / 180
	sy, cy := math.Sincos(-p.Yaw * rad)
	sp, cp := math.Sincos(-p.Pitch * rad)
	sr, cr := math.Sincos(p.Roll * rad)
	var ps []vision.Point
	for _, n := range names {
		for _, m := range mould {
			if m.name != n {
				continue
			}
			x, y, z := m.x, m.y*cp-m.z*sp, m.y*sp+m.z*cp
			x = x*cy + z*sy
			x, y = x*cr-y*sr, x*sr+y*cr
			ps = append(ps, vision.Point{X: float32(300 + 1.7*x), Y: float32(200 + 1.7*y)})
		}
	}
	return ps
}

func TestPose(t *testing.T) {
	five := []string{RightEye, LeftEye, NoseTip, RightMouthCorner, LeftMouthCorner}
	six := []string{RightEye, LeftEye, NoseTip, MouthCentre, RightTragion, LeftTragion}
	for _, want := range []Pose{{}, {Yaw: 30}, {Yaw: -45}, {Pitch: 20}, {Pitch: -15}, {Roll: 170}, {Yaw: 25, Pitch: -10, Roll: 40}} {
		for _, names := range [][]string{five, six} {
			got, ok := newPoser(names).pose(turned(want, names))
			if !ok || math.Abs(got.Yaw-want.Yaw)+math.Abs(got.Pitch-want.Pitch)+math.Abs(got.Roll-want.Roll) > 0.1 {
				t.Errorf("%d points: %+v, %v; want %+v", len(names), got, ok, want)
			}
		}
	}
	// The signs, by what is seen: the nose moves to where the face looks.
	front, side := turned(Pose{}, five), turned(Pose{Yaw: 30, Pitch: 20}, five)
	if !(side[2].X-(side[0].X+side[1].X)/2 > front[2].X-(front[0].X+front[1].X)/2) || !(side[2].Y < front[2].Y) {
		t.Errorf("the nose of a face that looks right and up is at %v, of one that looks ahead at %v", side[2], front[2])
	}
	for _, names := range [][]string{nil, five[:3], {RightEye, LeftEye, RightTragion, LeftTragion}} {
		if newPoser(names).ok {
			t.Errorf("the pose is to be told by %v", names)
		}
	}
	one := make([]vision.Point, 5)
	if _, ok := newPoser(five).pose(one); ok {
		t.Error("points in one place have a pose")
	}
}

func TestQuality(t *testing.T) {
	j, err := newJudge()
	if err != nil {
		t.Fatal(err)
	}
	// Two scales of noise, twice: once as it is, once blurred.
	sharp, blurred, dark := vision.NewImage(200, 200), vision.NewImage(200, 200), vision.NewImage(200, 200)
	state := uint32(1)
	for i := range sharp.Pix {
		if i%3 == 0 {
			state = state*1664525 + 1013904223
		}
		sharp.Pix[i] = uint8(64 + state>>25)
		blurred.Pix[i] = 128
	}
	at := vision.Affine{XX: 1, YY: 1, X0: 50, Y0: 50}
	var s, b, d Quality
	for _, c := range []struct {
		q   *Quality
		img *vision.Image
	}{{&s, sharp}, {&b, blurred}, {&d, dark}} {
		if err := j.light(c.q, whole(c.img), at, chipSide); err != nil {
			t.Fatal(err)
		}
	}
	if !(s.Sharpness > 1000) || b.Sharpness > 0.01 || math.Abs(s.Exposure-0.5) > 0.02 || math.Abs(b.Exposure-128./255) > 1e-3 || s.Clipped != 0 {
		t.Errorf("noise %+v, grey %+v", s, b)
	}
	if d.Exposure != 0 || d.Clipped != 1 {
		t.Errorf("black %+v", d)
	}
}

func TestComparer(t *testing.T) {
	a, b := []float32{3, 0}, []float32{0, 4}
	e := NewComparer(meta.Embedding{Metric: meta.Euclidean, Threshold: 0.6, FAR: []meta.FAR{{Threshold: 0.5, Rate: 0.001}, {Threshold: 0.6, Rate: 0.01}}})
	c := NewComparer(meta.Embedding{Metric: meta.Cosine, Threshold: 0.4})
	for _, k := range []struct {
		name      string
		got, want float64
	}{
		{"euclidean", e.Distance(a, b), 5}, {"itself", e.Distance(a, a), 0}, {"cosine", c.Distance(a, b), 1},
		{"cosine, longer", c.Distance(a, []float32{6, 0}), 0}, {"cosine, opposite", c.Distance(a, []float32{-1, 0}), 2},
		{"cosine of nothing", c.Distance(a, []float32{0, 0}), 1},
		{"similar", e.Similarity(0), 1}, {"half", e.Similarity(1), 0.5}, {"far", e.Similarity(7), 0}, {"threshold", e.Threshold(), 0.6},
	} {
		if math.Abs(k.got-k.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", k.name, k.got, k.want)
		}
	}
	for d, want := range map[float64]float64{0.1: 0.001, 0.5: 0.001, 0.51: 0.01, 0.6: 0.01} {
		if got, ok := e.FAR(d); !ok || got != want {
			t.Errorf("FAR(%v) = %v, %v; want %v", d, got, ok, want)
		}
	}
	if _, ok := e.FAR(0.7); ok {
		t.Error("a rate beyond the table")
	}
	if _, ok := c.FAR(0.1); ok {
		t.Error("a rate without a table")
	}
}

// graph is a network that flattens its input.
func graph(t testing.TB, c, side int) *nn.Graph {
	t.Helper()
	b := nn.NewBuilder("flat")
	b.Output(b.Node("y", &nn.Flatten{Axis: 1}, b.Input("x", nn.Float32, nn.D(1), nn.D(c), nn.D(side), nn.D(side))))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func embedder(t testing.TB) *Embedder {
	t.Helper()
	m := &meta.Model{Preprocess: &vision.Preprocess{Width: 8, Height: 8, Colour: vision.Gray, Scale: [3]float32{1. / 255, 1, 1}},
		Landmarks: &meta.Landmarks{Names: []string{RightEye, LeftEye}, Template: []vision.Point{{X: 2, Y: 3}, {X: 6, Y: 3}}},
		Embedding: &meta.Embedding{Metric: meta.Euclidean, Threshold: 1}}
	e, err := NewEmbedder(graph(t, 1, 8), m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestRecognizer puts faces upright that stand askew: the embedder sees the
// same, whatever the pose, and half of it mirrored.
func TestRecognizer(t *testing.T) {
	e := embedder(t)
	img := vision.NewImage(120, 100)
	for y := range 100 {
		for x := range 120 {
			v := uint8(x + y/2)
			img.Set(x, y, v, v, v)
		}
	}
	faces := []vision.Detection{
		{Score: 0.9, Box: vision.Box{X1: 10, Y1: 10, X2: 30, Y2: 30}, Landmarks: []vision.Point{{X: 20, Y: 15}, {X: 20, Y: 25}}}, // lying
		{Score: 0.8, Box: vision.Box{X1: 40, Y1: 30, X2: 80, Y2: 70}, Landmarks: []vision.Point{{X: 50, Y: 45}, {X: 70, Y: 45}}},
	}
	find := func(context.Context, *vision.Image) ([]vision.Detection, error) { return faces, nil }
	c := Config{Find: find, Names: []string{RightEye, LeftEye}, Embed: e}
	r, err := NewRecognizer(c)
	if err != nil {
		t.Fatal(err)
	}
	c.Mirror = true
	mirror, err := NewRecognizer(c)
	if err != nil {
		t.Fatal(err)
	}
	big, err := r.One(context.Background(), img, Largest)
	if err != nil || big.Score != 0.8 || big.Quality.EyeDistance != 20 || big.Quality.Pose != nil {
		t.Fatalf("%+v, %v", big, err)
	}
	if mid, err := r.One(context.Background(), img, Central); err != nil || mid.Score != 0.8 {
		t.Errorf("the central face is %+v, %v", mid, err)
	}
	// A pixel of the input is 5 of the picture; (2, 3) shows (50, 45).
	for i, v := range big.Embedding {
		x, y := 50+5*(float64(i%8)+0.5-2)-0.5, 45+5*(float64(i/8)+0.5-3)-0.5
		if want := (x + y/2) / 255; math.Abs(float64(v)-want) > 0.01 {
			t.Fatalf("pixel %d of the upright face is %v, want %v", i, v, want)
		}
	}
	both, err := mirror.One(context.Background(), img, Largest)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range both.Embedding {
		if other := i/8*8 + 7 - i%8; math.Abs(float64(v-(big.Embedding[i]+big.Embedding[other])/2)) > 1e-5 {
			t.Fatalf("number %d of the mean is %v", i, v)
		}
	}
	var group sync.WaitGroup
	for range 4 {
		group.Add(1)
		go func() {
			defer group.Done()
			all, err := r.All(context.Background(), img)
			if err != nil || len(all) != 2 || r.Comparer().Distance(all[1].Embedding, big.Embedding) != 0 {
				t.Errorf("%v, %v", all, err)
			}
		}()
	}
	group.Wait()
	faces = nil
	if f, err := r.One(context.Background(), img, Largest); f != nil || err != nil {
		t.Errorf("of no faces, %v, %v", f, err)
	}
}

func TestLandmarker(t *testing.T) {
	// The network gives back its input: eight pixels of grey, as four points.
	m := &meta.Model{Preprocess: &vision.Preprocess{Width: 2, Height: 4, Colour: vision.Gray, Scale: [3]float32{1. / 255, 1, 1}},
		Landmarks: &meta.Landmarks{Names: []string{"a", "b", "c", "d"}}}
	b := nn.NewBuilder("echo")
	b.Output(b.Node("y", &nn.Flatten{Axis: 1}, b.Input("x", nn.Float32, nn.D(1), nn.D(1), nn.D(4), nn.D(2))))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := NewLandmarker(g, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	img := vision.NewImage(50, 50)
	for i := range img.Pix {
		img.Pix[i] = 51 // a fifth
	}
	got, err := l.Find(nil, img, vision.Box{X1: 15, Y1: 20, X2: 35, Y2: 30}, 0)
	if err != nil || len(got) != 4 {
		t.Fatal(got, err)
	}
	// The narrower side of the input shows the box's longer side, 20 pixels,
	// and a little more.
	const half = 10 * lookScale
	for _, p := range got {
		if !near(p, vision.Point{X: 25 + (0.2*2-1)*half, Y: 25 + (0.2*4-2)*half}, 0.1) {
			t.Errorf("point at %v", p)
		}
	}
	// Turned by a right angle, the picture's y takes the place of x.
	if got, err = l.Find(nil, img, vision.Box{X1: 15, Y1: 20, X2: 35, Y2: 30}, math.Pi/2); err != nil {
		t.Fatal(err)
	}
	if want := (vision.Point{X: 25 - (0.2*4-2)*half, Y: 25 + (0.2*2-1)*half}); !near(got[0], want, 0.1) {
		t.Errorf("turned, a point at %v, want %v", got[0], want)
	}
	var pe *ErrPoints
	if _, err := l.Find(nil, img, vision.Box{}, 0); !errors.As(err, &pe) {
		t.Errorf("no box: %v", err)
	}
	var me *ErrModel
	m.Landmarks.Names = m.Landmarks.Names[:3]
	if _, err := NewLandmarker(g, m, nil); !errors.As(err, &me) {
		t.Errorf("three names for four points: %v", err)
	}
	if _, err := NewLandmarker(g, &meta.Model{}, nil); !errors.As(err, &me) {
		t.Errorf("no metadata: %v", err)
	}
	if _, err := NewEmbedder(g, m, nil); !errors.As(err, &me) {
		t.Errorf("no embedding: %v", err)
	}
}

// TestEmbedAllocates: once warm, aligning and embedding need no memory.
func TestEmbedAllocates(t *testing.T) {
	e := embedder(t)
	pool := plan.NewPool(1)
	defer pool.Close()
	a, err := NewAligner("net", e.Meta(), []string{RightEye, LeftEye})
	if err != nil {
		t.Fatal(err)
	}
	img, dst := vision.NewImage(30, 30), make([]float32, 0, e.Size())
	points := []vision.Point{{X: 10, Y: 10}, {X: 20, Y: 12}}
	looks := make([]vision.Affine, 1)
	if n := testing.AllocsPerRun(5, func() {
		var err error
		if looks[0], err = a.Align(points, Crop{}); err == nil {
			_, err = e.Embed(dst, img, looks...)
		}
		if err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
