package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/data/augment"
	"github.com/ocellus-vision/ocellus/vision"
)

// scene is a picture of coloured blobs, another for each number.
func scene(t testing.TB, number uint64, w, h int) *vision.Image {
	t.Helper()
	r := augment.NewRand(number)
	type blob struct{ x, y, size, r, g, b float64 }
	blobs := make([]blob, 12)
	for i := range blobs {
		blobs[i] = blob{r.Float(), r.Float(), r.Between(0.05, 0.25), 255 * r.Float(), 255 * r.Float(), 255 * r.Float()}
	}
	m := vision.NewImage(w, h)
	for y := range h {
		for x := range w {
			m.Set(x, y, uint8(60+100*y/h), 110, uint8(160-100*x/w))
			for _, b := range blobs {
				dx, dy := (float64(x)+0.5)/float64(w)-b.x, (float64(y)+0.5)/float64(h)-b.y
				if dx*dx+dy*dy < b.size*b.size {
					m.Set(x, y, uint8(b.r), uint8(b.g), uint8(b.b))
				}
			}
		}
	}
	return m
}

func jpeg(t testing.TB, m *vision.Image, quality int) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.EncodeJPEG(&b, quality); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// set writes files and opens both parts.
func set(t testing.TB, files map[string]string) []Part {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := dir + "/" + name
		if err := os.MkdirAll(p[:strings.LastIndexByte(p, '/')], 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var parts []Part
	for _, name := range []string{data.Train, data.Test} {
		s, err := data.OpenSource("folders:"+dir, name, data.Options{})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, Part{name, s})
	}
	return parts
}

func run(t testing.TB, parts []Part) *Report {
	t.Helper()
	r, err := Run(context.Background(), parts, Options{Near: true, Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFindsWhatIsWrong(t *testing.T) {
	files := map[string]string{"test/a/0.jpg": jpeg(t, scene(t, 999, 40, 40), 90)}
	for i := range uint64(60) {
		files[fmt.Sprintf("train/%c/%02d.jpg", 'a'+byte(i%2), i)] = jpeg(t, scene(t, i, 48, 40), 90)
	}
	good := run(t, set(t, files))
	if !good.OK() || len(good.Exact)+len(good.Near) != 0 || fmt.Sprint(good.Parts[0].Classes) != "[{a 30} {b 30}]" {
		t.Errorf("a good set: %+v", good)
	}

	files["test/a/leak.jpg"] = files["train/a/02.jpg"]
	files["train/b/wrong.jpg"] = files["train/a/04.jpg"]
	files["train/a/twice.jpg"] = files["train/a/06.jpg"]
	files["train/a/cut.jpg"] = files["train/a/08.jpg"][:300]
	files["train/a/readme.txt"] = "?"
	files["test/b/like.jpg"] = jpeg(t, scene(t, 11, 80, 70), 40) // larger, and worse
	r := run(t, set(t, files))
	if r.OK() || r.Leaks != 1 || r.Conflicts != 1 || r.Broken != 1 || r.Skipped != 1 || len(r.Exact) != 3 || len(r.Near) != 1 || r.NearLeaks != 1 {
		t.Errorf("%+v", r)
	}
	if b := r.Parts[0].Broken; len(b) != 1 || !strings.HasSuffix(b[0].Name, "cut.jpg") || !strings.Contains(b[0].Why, "truncated") {
		t.Errorf("%v", b)
	}
	near := r.Near[0].Members
	if !strings.HasSuffix(near[0].Name, "11.jpg") || !strings.HasSuffix(near[1].Name, "like.jpg") || near[1].Class != "b" || near[1].Part != "test" {
		t.Errorf("%v", near)
	}
	if p := r.Parts[1]; p.Samples != 3 || p.Widths != [2]int{40, 80} || p.Heights != [2]int{40, 70} {
		t.Errorf("%+v", p)
	}
}

func TestPicturesThatLookTheSame(t *testing.T) {
	e := newEye()
	of := func(m *vision.Image) look { return e.look(source{m}, 0) }
	same := func(a, b look) bool {
		x := newBands()
		all := []look{a, b}
		return x.find(all, 0) == -1 && x.find(all, 1) == 0
	}
	for n := range uint64(40) {
		m := scene(t, n, 96, 80)
		brighter := m.Clone()
		for i, v := range brighter.Pix {
			brighter.Pix[i] = uint8(20 + int(v)*200/255)
		}
		bad, err := vision.Decode("bad", strings.NewReader(jpeg(t, m, 25)))
		if err != nil {
			t.Fatal(err)
		}
		for what, other := range map[string]*vision.Image{"paler": brighter, "smaller": scene(t, n, 48, 40), "of bad quality": bad} {
			if !same(of(m), of(other)) {
				t.Errorf("picture %d %s is another", n, what)
			}
		}
		if same(of(m), of(scene(t, n+1000, 96, 80))) {
			t.Errorf("picture %d and another look the same", n)
		}
	}
	black, white := vision.NewImage(20, 20), vision.NewImage(30, 30)
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	if same(of(black), of(white)) || !same(of(black), of(vision.NewImage(9, 9))) {
		t.Error("flat pictures are told apart by other than their brightness")
	}
}

// source is one picture.
type source struct{ m *vision.Image }

func (s source) Len() int                        { return 1 }
func (s source) Name(int) string                 { return "one" }
func (s source) Hash() string                    { return "" }
func (s source) Sample(int) (data.Sample, error) { return data.Sample{Image: s.m, Label: -1}, nil }

func TestMarksThatMakeNoSense(t *testing.T) {
	r, err := Run(context.Background(), []Part{{"all", pointed{}}}, Options{})
	if err != nil || r.OK() || r.Marks != 2 || len(r.Parts[0].Marks) != 2 {
		t.Errorf("%+v, %v", r, err)
	}
}

type pointed struct{ source }

func (pointed) Sample(int) (data.Sample, error) {
	return data.Sample{Image: vision.NewImage(5, 5), Points: []vision.Point{{X: 2, Y: 2}, {X: 6, Y: 1}},
		Objects: []data.Object{{Box: vision.Box{X1: 1, Y1: 1, X2: 3, Y2: 3}}, {Box: vision.Box{X1: 7, Y1: 1, X2: 9, Y2: 3}}}}, nil
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, []Part{{"all", source{vision.NewImage(3, 3)}}}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
