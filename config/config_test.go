package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline/motion"
)

func parse(t *testing.T, text string, env ...string) *File {
	t.Helper()
	f, err := Parse("/etc/ocellus/ocellus.yaml", []byte(text), env)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParse(t *testing.T) {
	f := parse(t, `
models: models            # beside the file
deadline: 150ms
sources:
  - {source: camera, size: 1280x720, format: mjpeg, controls: {gain: 3}}
  - name: yard
    source: clips/yard.avi
    loop: true
detect:
  model: ./nets/people.onnx
  scores: {person: 0.6}
  classes: [person]
  region: [0, 0.25, 1, 1]
zones:
  - name: porch
    polygon: [[0, 0], [1, 0], [1, 1]]
    dwell: 1m
events: {max_size: 1.5MB}
preview:
  listen: :8088
  token_file: token
faces:
`)
	want := Default()
	want.Models, want.Deadline = "/etc/ocellus/models", 150*time.Millisecond
	if got := NewSource("x"); got.Timeout != DefaultTimeout || got.Source != "x" || got.Format != "any" {
		t.Errorf("%+v", got)
	}
	want.Sources = []Source{
		{Name: "camera1", Source: "camera", Size: Size{1280, 720}, Format: "mjpeg", Controls: map[string]int{"gain": 3}, Timeout: 2 * time.Second},
		{Name: "yard", Source: "/etc/ocellus/clips/yard.avi", Format: "any", Timeout: 2 * time.Second, Loop: true},
	}
	want.Detect.Model, want.Detect.Scores, want.Detect.Classes = "/etc/ocellus/nets/people.onnx", map[string]float64{"person": 0.6}, []string{"person"}
	want.Detect.Region = [4]float64{0, 0.25, 1, 1}
	want.Zones = []Zone{{Name: "porch", Kind: "zone", Polygon: []Point{{0, 0}, {1, 0}, {1, 1}}, Dwell: time.Minute}}
	want.Events.MaxSize = 1_500_000
	want.Preview.Listen, want.Preview.TokenFile = ":8088", "/etc/ocellus/token"
	if !reflect.DeepEqual(f, &want) {
		t.Errorf("got  %+v\nwant %+v", f, &want)
	}
}

// TestErrors holds what is said about mistakes: where, and about what.
func TestErrors(t *testing.T) {
	const start = "sources: [{source: camera}]\n"
	for _, c := range []struct {
		text, path   string
		line, column int
		why, cure    string
	}{
		{"detcet: {}\n" + start, "detcet", 1, 1, "no such setting", "did you mean detect?"},
		{start + "detect:\n  scroe: 0.5\n", "detect.scroe", 3, 3, "no such setting", "did you mean score?"},
		{start + "detect:\n  xyzzy: 1\n", "detect.xyzzy", 3, 3, "no such setting", "one of model, score"},
		{start + "threads: 1\nthreads: 2\n", "threads", 3, 1, "twice, first in line 2", "remove"},
		{start + "threads: many\n", "threads", 2, 10, "no whole number", "0 to 256"},
		{start + "threads: \"2\"\n", "threads", 2, 10, "not text", "without quotes"},
		{start + "threads: 1.5\n", "threads", 2, 10, "no whole number", ""},
		{start + "threads: 999\n", "threads", 2, 10, "outside 0 to 256", ""},
		{start + "detect: {score: .nan}\n", "detect.score", 2, 17, "no number", ""},
		{start + "detect: [1]\n", "detect", 2, 9, "must be settings, as name: value, not a list of 1", ""},
		{start + "detect: {classes: person}\n", "detect.classes", 2, 19, "must be a list", ""},
		{start + "detect: {region: [0, 0, 1]}\n", "detect.region", 2, 18, "must be 4 numbers", ""},
		{start + "detect: {region: [0, 0, 1, 2]}\n", "detect.region[3]", 2, 28, "outside 0 to 1", ""},
		{start + "detect: {region: [1, 0, 0, 1]}\n", "detect.region", 2, 18, "holds nothing", "left, top"},
		{start + "detect: {scores: {cat: 2}}\n", "detect.scores.cat", 2, 24, "outside", ""},
		{start + "deadline: 5\n", "deadline", 2, 11, "no duration with its unit", ""},
		{start + "events: {max_size: 10}\n", "events.max_size", 2, 20, "no size with its unit", ""},
		{start + "track: {on: yes}\n", "track.on", 2, 13, "neither true nor false", ""},
		{start + "preview: {listen: true}\n", "preview.listen", 2, 19, "not true or false", "quotes"},
		{start + "track: {low: 0.9}\n", "track.low", 2, 14, "above track.high", ""},
		{start + "faces: {votes: 2}\n", "faces.votes", 2, 16, "not more than half of faces.of", ""},
		{"sources: [{source: camera, fromat: yuyv}]\n", "sources[0].fromat", 1, 28, "no such setting", "did you mean format?"},
		{"sources: [{source: camera, format: yuvy}]\n", "sources[0].format", 1, 36, "none of", "did you mean yuyv?"},
		{"sources: [{source: camera, size: 0x0}]\n", "sources[0].size", 1, 34, "no size", ""},
		{"sources: [{name: a}]\n", "sources[0]", 1, 11, "what to open", "add source"},
		{"sources: [{source: a, name: x}, {source: b, name: x}]\n", "sources[1]", 1, 33, `called "x", as sources[0]`, ""},
		{"threads: 1\n", "sources", 0, 0, "no source", "add one"},
		{"", "sources", 0, 0, "no source", ""},
		{start + "zones: [{name: a, polygon: [[0, 0], [1, 1]]}]\n", "zones[0]", 2, 9, "2 points are no polygon", ""},
		{start + "zones: [{source: b, kind: line, polygon: [[0, 0], [1, 1]]}]\n", "zones[0].source", 2, 18, "no source called", ""},
		{start + "zones: [{name: a, polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]}]\n", "zones[0]", 2, 9, "meet", ""},
		{start + "zones: [{kind: line, polygon: [[0, 0], [1, 1], [1, 0]]}]\n", "zones[0]", 2, 9, "2 points, not 3", ""},
		{start + "zones: [{kind: line, polygon: [[0, 0], [0, 0]]}]\n", "zones[0]", 2, 9, "same point", ""},
		{start + "preview: {listen: 0.0.0.0:80}\n", "preview.listen", 2, 19, "no token", "token_file"},
		{start + "preview: {listen: here}\n", "preview.listen", 2, 19, "no address with its port", ""},
		{start + "preview: {listen: :80, token: short}\n", "preview.token", 2, 31, "fewer than 16", "urandom"},
		{"sources: [" + strings.Repeat("{}, ", 65) + "]\n", "sources", 1, 10, "has 65 elements, and may have 64", ""},
		{start + "record: {file: a.mp4}\n", "record.file", 2, 16, "does not end with .avi", "seen.avi"},
		{start + "record: {file: a.avi, dir: b}\n", "record.file", 2, 16, "as well as record.dir", ""},
		{start + "threads: [\n", "", 3, 1, "no YAML", ""},
		{start + "a: 1\n\tb: 2\n", "", 3, 1, "no YAML", "not with tabs"},
		{start + "--- \n" + start, "", 2, 1, "no YAML", ""},
		{start + "x: &x [*x]\nthreads: *x\n", "x", 2, 1, "no such setting", ""},
		{start + strings.Repeat("# ....................\n", MaxFile/20), "", 0, 0, "larger than 256KiB", ""},
	} {
		_, err := Parse("a.yaml", []byte(c.text), nil)
		var e *ErrConfig
		if !errors.As(err, &e) {
			t.Errorf("%q: error %v, want an *ErrConfig", clipped(c.text), err)
			continue
		}
		if e.File != "a.yaml" || e.Path != c.path || e.Line != c.line || e.Column != c.column || !strings.Contains(e.Why, c.why) || !strings.Contains(e.Cure, c.cure) {
			t.Errorf("%q: %v", clipped(c.text), err)
		}
	}
}

// TestMotion holds defaults against those of the package that they are for.
func TestMotion(t *testing.T) {
	f := Default()
	want := motion.DefaultConfig()
	if got := f.Motion.Threshold(); got != want.Threshold {
		t.Errorf("threshold %v, want %v", got, want.Threshold)
	}
	if got := f.Motion.MinCells(want.W, want.H); got != want.MinCells {
		t.Errorf("%d cells, want %d", got, want.MinCells)
	}
	for sensitivity, want := range map[float64]float32{0: 48, 1: 3} {
		if got := (&Motion{Sensitivity: sensitivity}).Threshold(); got != want {
			t.Errorf("sensitivity %v: threshold %v, want %v", sensitivity, got, want)
		}
	}
	if got := (&Motion{}).MinCells(8, 8); got != 1 {
		t.Errorf("no area is %d cells", got)
	}
}
