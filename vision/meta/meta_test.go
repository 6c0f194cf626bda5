package meta

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
)

func full() *Model {
	return &Model{
		Task: "detect",
		Preprocess: &vision.Preprocess{Width: 128, Height: 96, Mean: [3]float32{127.5, 127.5, 127.5},
			Scale: [3]float32{0.5, 0.25, 0.125}, Pad: 114, Layout: vision.NHWC, Colour: vision.BGR},
		Head: &head.Config{Kind: head.BlazeFace, Strides: []int{8, 16}, Scores: []string{"s"}, Boxes: []string{"b"},
			Score: 0.5, IoU: 0.3, NMS: vision.Weighted, Smallest: 0.125, Largest: 0.75},
		Labels:     []string{"face", "ünïcode \"quoted\""},
		Landmarks:  &Landmarks{Names: []string{"left_eye", "nose"}, Template: []vision.Point{{X: 1, Y: 2.5}, {X: 3, Y: 4}}},
		Embedding:  &Embedding{Metric: Euclidean, Threshold: 0.6, FAR: []FAR{{0.5, 0.001}, {0.6, 0.01}}, FAROf: "LFW"},
		Stride:     32,
		Provenance: &Provenance{Source: "npm x@1", Licence: "Apache-2.0", SHA256: "00"},
		Metrics:    map[string]float64{"map50": 0.25},
		Golden:     json.RawMessage(`{"input":"ones"}`),
		Other:      map[string]string{"producer": "me"},
	}
}

func TestRoundTrip(t *testing.T) {
	for _, m := range []*Model{full(), {Other: map[string]string{}}, {Task: "embed", Other: map[string]string{"a": ""}}} {
		props, err := m.Props()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Parse(props)
		if err != nil {
			t.Fatalf("%v: %v", props, err)
		}
		if !reflect.DeepEqual(got, m) {
			t.Errorf("read back %+v, want %+v", got, m)
		}
	}
}

func TestParseNothing(t *testing.T) {
	m, err := Parse(nil)
	if err != nil || m.Head != nil || m.Preprocess != nil || len(m.Other) != 0 {
		t.Errorf("Parse(nil) = %+v, %v", m, err)
	}
}

func TestParseRefuses(t *testing.T) {
	good, err := full().Props()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, key, value, at, why string }{
		{"newer schema", keySchema, "2", keySchema, "version 2 is unknown"},
		{"schema as text", keySchema, `"1"`, keySchema, "string"},
		{"no schema", keySchema, "-", keySchema, "missing"},
		{"unknown key", Prefix + "colour", `"rgb"`, Prefix + "colour", "not a key of schema 1"},
		{"broken JSON", keyHead, `{"kind":`, keyHead, "EOF"},
		{"trailing text", keyLabels, `["a"] ]`, keyLabels, "after its JSON"},
		{"null", keyHead, `null`, keyHead, "null"},
		{"unknown head field", keyHead, `{"kind":"blazeface","anchor":1}`, keyHead, "anchor"},
		{"unknown head", keyHead, `{"kind":"magic","score":0.5,"iou":0.5}`, keyHead, "magic"},
		{"unknown suppression", keyHead, `{"kind":"blazeface","nms":"psychic"}`, keyHead, "psychic"},
		{"unknown preprocess field", keyPreprocess, `{"size":[8,8],"means":1}`, keyPreprocess, `"means"`},
		{"unknown fit", keyPreprocess, `{"size":[8,8],"fit":"squash"}`, keyPreprocess, "squash"},
		{"no size", keyPreprocess, `{"fit":"crop"}`, keyPreprocess, "size"},
		{"huge size", keyPreprocess, `{"size":[8,1000000]}`, keyPreprocess, "size"},
		{"head without preprocess", keyPreprocess, "-", keyPreprocess, "missing"},
		{"template", keyLandmarks, `{"names":["a"],"template":[[1,2],[3,4]]}`, keyLandmarks, "2 points for 1 names"},
		{"point of three", keyLandmarks, `{"names":["a"],"template":[[1,2,3]]}`, keyLandmarks, "point"},
		{"unknown metric", keyEmbedding, `{"metric":"taxi","threshold":1}`, keyEmbedding, "taxi"},
		{"no threshold", keyEmbedding, `{"metric":"cosine"}`, keyEmbedding, "no distance"},
		{"a rate above 1", keyEmbedding, `{"metric":"cosine","threshold":1,"far":[{"threshold":1,"rate":2}]}`, keyEmbedding, "outside 0 to 1"},
		{"falling rates", keyEmbedding, `{"metric":"cosine","threshold":1,"far":[{"threshold":1,"rate":0.2},{"threshold":2,"rate":0.1}]}`, keyEmbedding, "does not rise"},
		{"negative stride", keyStride, `-4`, keyStride, "negative"},
		{"labels not a list", keyLabels, `{"0":"a"}`, keyLabels, "object"},
		{"metric not a number", keyMetrics, `{"map":"high"}`, keyMetrics, "string"},
		{"endless", keyGolden, `"` + strings.Repeat("x", maxValue) + `"`, keyGolden, "limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			props := maps.Clone(good)
			props[c.key] = c.value
			if c.value == "-" {
				delete(props, c.key)
			}
			_, err := Parse(props)
			var e *ErrMeta
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want an *ErrMeta", err)
			}
			if e.Key != c.at || !strings.Contains(e.Why, c.why) {
				t.Errorf("error %q, want key %s and %q", e, c.at, c.why)
			}
		})
	}
}

func TestPropsRefuses(t *testing.T) {
	m := full()
	m.Preprocess = nil
	if _, err := m.Props(); err == nil {
		t.Error("a head without preprocessing was written")
	}
	m = full()
	m.Other[Prefix+"head"] = "{}"
	if _, err := m.Props(); err == nil {
		t.Error("a key of Ocellus's among the others was written")
	}
}

func TestUltralytics(t *testing.T) {
	m, err := Parse(map[string]string{
		"names": `{0: 'person', 1: "driver's seat", 2: 'a, b: \'c\''}`, "stride": "32", "imgsz": "[480, 640]",
		"task": "detect", "author": "Ultralytics",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &Model{Task: "detect", Stride: 32, Labels: []string{"person", "driver's seat", "a, b: 'c'"},
		Preprocess: &vision.Preprocess{Width: 640, Height: 480, Scale: [3]float32{1. / 255, 1. / 255, 1. / 255}, Pad: 114},
		Other:      map[string]string{"author": "Ultralytics"}}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v, want %+v", m, want)
	}
}

func TestUltralyticsRefuses(t *testing.T) {
	good := map[string]string{"names": "{0: 'a'}", "stride": "32", "imgsz": "[64, 64]", "task": "detect"}
	for _, c := range []struct{ key, value string }{
		{"names", ""}, {"names", "{}x"}, {"names", "{1: 'a'}"}, {"names", "{0: 'a"}, {"names", "{0: 'a' 1: 'b'}"},
		{"names", `{0: 'a\`}, {"names", `{0: 'a\}`}, {"names", "{0: a}"}, {"names", "{0 'a'}"},
		{"stride", "0"}, {"stride", "many"},
		{"imgsz", "640"}, {"imgsz", "[1, 2, 3]"}, {"imgsz", "[0, 64]"}, {"imgsz", "[64, 99999999]"},
	} {
		props := maps.Clone(good)
		props[c.key] = c.value
		_, err := Parse(props)
		var e *ErrMeta
		if !errors.As(err, &e) || e.Key != c.key {
			t.Errorf("%s=%q: error %v, want an *ErrMeta that names the key", c.key, c.value, err)
		}
	}
	// One of the names alone is somebody else's.
	m, err := Parse(map[string]string{"names": "whatever"})
	if err != nil || m.Other["names"] != "whatever" {
		t.Errorf("a lone key: %+v, %v", m, err)
	}
}

func FuzzParse(f *testing.F) {
	props, err := full().Props()
	if err != nil {
		f.Fatal(err)
	}
	for k, v := range props {
		f.Add(k, v)
	}
	f.Add("names", "{0: 'person'}")
	f.Fuzz(func(t *testing.T, key, value string) {
		for _, base := range []map[string]string{
			{keySchema: "1"}, {"names": "{0: 'a'}", "stride": "32", "imgsz": "[64, 64]", "task": "detect"},
		} {
			base[key] = value
			m, err := Parse(base)
			if err != nil {
				var e *ErrMeta
				if !errors.As(err, &e) {
					t.Fatalf("%T: %v", err, err)
				}
				continue
			}
			if _, err := m.Props(); err != nil {
				t.Fatalf("what Parse accepts Props refuses: %v", err)
			}
		}
	})
}

func TestLabel(t *testing.T) {
	m := full()
	for class, want := range map[int]string{0: "face", 2: "2", -1: "-1"} {
		if got := m.Label(class); got != want {
			t.Errorf("Label(%d) = %q, want %q", class, got, want)
		}
	}
}
