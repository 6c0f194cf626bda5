package head

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// TestRefuses spoils each specimen: what does not fit must be refused by an
// error that names the field or the output, and its shape.
func TestRefuses(t *testing.T) {
	all := map[string]specimen{}
	for _, s := range specimens() {
		all[s.name] = s
	}
	dims := func(i int, d ...int) func(*specimen) {
		return func(s *specimen) { s.out[i].Dims = d }
	}
	conf := func(change func(*Config)) func(*specimen) {
		return func(s *specimen) { change(&s.conf) }
	}
	const ssd, yolo, rows, v2 = "ssd ", "yolo nchw", "yolo rows", "yolo-fastestv2"
	for _, c := range []struct {
		head, name string
		spoil      func(*specimen)
		field      string
		why        string
	}{
		{"ultraface", "no boxes", conf(func(c *Config) { c.Boxes = nil }), "boxes", "0 outputs"},
		{"ultraface", "one score", dims(1, 1, 50, 1), "scores", "[1 50 1]"},
		{"ultraface", "five numbers", dims(0, 1, 50, 5), "boxes", "[1 50 5], want rows of 4"},
		{"ultraface", "fewer boxes", dims(0, 1, 49, 4), "scores", "50 scores for 49 boxes"},
		{"ultraface", "empty", dims(1, 0, 4), "scores", "[0 4]"},
		{"ultraface", "renamed", conf(func(c *Config) { c.Scores = []string{"conf"} }), "conf", `it has ["boxes" "scores"]`},
		{ssd, "no variances", conf(func(c *Config) { c.Variances = nil }), "variances", "two positive"},
		{ssd, "variance 0", conf(func(c *Config) { c.Variances = []float32{0.1, 0} }), "variances", "two positive"},
		{ssd, "classes", conf(func(c *Config) { c.ClassScores = "best" }), "class_scores", "best"},
		{ssd, "anchors of one layer", conf(func(c *Config) { c.Anchors = c.Anchors[:1] }), "anchors", "2 strides"},
		{ssd, "no anchors in a layer", conf(func(c *Config) { c.Anchors[1] = nil }), "anchors", "layer 1 has 0"},
		{ssd, "anchor of no width", conf(func(c *Config) { c.Anchors[1][0].W = 0 }), "anchors", "layer 1"},
		{ssd, "one anchor less", conf(func(c *Config) { c.Anchors[1] = c.Anchors[1][:2] }), "boxes", "[1 220 4], 220 rows in all; strides [32 64] with their anchors make 200"},
		{"yunet", "no points", conf(func(c *Config) { c.Points = nil }), "points", "0 outputs"},
		{"yunet", "no strides", conf(func(c *Config) { c.Strides = nil }), "strides", "none"},
		{"yunet", "swapped", conf(func(c *Config) { c.Boxes, c.Points = c.Points, c.Boxes }), "kps_8", "[1 96 10], want rows of 4"},
		{"yunet", "other input", func(s *specimen) { s.in.Width = 64 }, "cls_8", "[1 96 1], want 64 rows of 1"},
		{yolo, "no strides", conf(func(c *Config) { c.Strides = nil }), "strides", "none"},
		{yolo, "plain classes", conf(func(c *Config) { c.ClassScores = Plain }), "class_scores", "plain"},
		{yolo, "unstated classes", conf(func(c *Config) { c.ClassScores = "" }), "class_scores", "[sigmoid softmax]"},
		{yolo, "stretches", conf(func(c *Config) { c.ScaleXY = c.ScaleXY[:1] }), "scale_x_y", "1 for 2"},
		{yolo, "shrinks", conf(func(c *Config) { c.ScaleXY[0] = 0.5 }), "scale_x_y", "0.5"},
		{yolo, "other layout", conf(func(c *Config) { c.Layout++ }), "a", "[1 36 3 4], want nhwc with 4×3 cells"},
		{yolo, "swapped outputs", func(s *specimen) { s.out[0], s.out[1] = s.out[1], s.out[0] }, "b", "[1 24 6 8], want nchw with 4×3 cells"},
		{yolo, "two of three outputs", func(s *specimen) { s.out = append(s.out, output("c", 1)) }, "outputs", "has 3, not 2"},
		{yolo, "one named", conf(func(c *Config) { c.Outputs = []string{"a"} }), "outputs", "1 are named, want 2"},
		{yolo, "not shared by anchors", dims(0, 1, 35, 3, 4), "a", "[1 35 3 4]"},
		{yolo, "classes differ", dims(1, 1, 26, 6, 8), "b", "makes 8 classes; a has 7"},
		{yolo, "a vector", dims(0, 432), "a", "[432]"},
		{yolo, "too narrow", dims(0, 1, 12, 3, 4), "a", "[1 12 3 4]"},
		{rows, "across anchors", dims(0, 12, 3, 2, 6), "a", "[12 3 2 6]"},
		{v2, "rows", dims(0, 29, 15), "845", "[29 15], want 30 rows of 10 values"},
		{v2, "no classes", dims(0, 30, 10), "845", "[30 10]"},
		{v2, "anchors", conf(func(c *Config) { c.Anchors[1] = c.Anchors[1][:1] }), "anchors", "layer 1 has 1"},
		{"fastestdet", "strides", conf(func(c *Config) { c.Strides = []int{16, 32} }), "strides", "want one"},
		{"fastestdet", "NHWC", dims(0, 1, 4, 6, 10), "758", "[1 4 6 10], want [1 5+classes 4 6]"},
		{"fastestdet", "batch", dims(0, 2, 10, 4, 6), "758", "[2 10 4 6]"},
		{"fastestdet", "no classes", dims(0, 1, 5, 4, 6), "758", "[1 5 4 6]"},
	} {
		t.Run(c.head+" "+c.name, func(t *testing.T) {
			s, ok := all[c.head]
			if !ok {
				t.Fatal("no such specimen")
			}
			s = copyOf(t, s)
			c.spoil(&s)
			_, err := New(s.conf, s.in, s.out)
			var e *ErrConfig
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want an *ErrConfig", err)
			}
			if e.Field != c.field || !strings.Contains(e.Why, c.why) {
				t.Errorf("error %q at field %q, want field %q and %q", e, e.Field, c.field, c.why)
			}
		})
	}
}

// copyOf copies what a test may change, through the JSON form of the
// configuration, which must keep all of it.
func copyOf(t *testing.T, s specimen) specimen {
	t.Helper()
	b, err := json.Marshal(s.conf)
	if err != nil {
		t.Fatal(err)
	}
	var c Config
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, s.conf) {
		t.Fatalf("through JSON %s\n%+v becomes\n%+v", b, s.conf, c)
	}
	s.conf, s.out = c, append([]Output{}, s.out...)
	return s
}

func TestSizeJSON(t *testing.T) {
	var s Size
	if err := json.Unmarshal([]byte("[12.5,19]"), &s); err != nil || s != (Size{12.5, 19}) {
		t.Errorf("%v, %v", s, err)
	}
	for _, bad := range []string{"[1]", "[1,2,3]", "[]", "1", `"1x2"`, "[1,null,2]"} {
		if err := json.Unmarshal([]byte(bad), &s); err == nil {
			t.Errorf("%s is read as %v", bad, s)
		}
	}
}

// TestDefaults checks that what a kind's models share suffices for those that
// differ in nothing else, and that the rest is asked for.
func TestDefaults(t *testing.T) {
	lacks := map[Kind]string{BlazeFace: "strides", SSD: "strides", YOLO: "strides", FastestV2: "anchors"}
	for _, k := range Kinds() {
		c := Defaults(k)
		err := c.Check()
		var e *ErrConfig
		switch {
		case lacks[k] == "" && err != nil:
			t.Errorf("%s: %v", k, err)
		case lacks[k] != "" && (!errors.As(err, &e) || e.Field != lacks[k]):
			t.Errorf("%s: error %v, want one for %s", k, err, lacks[k])
		}
	}
}

// FuzzConfig reads configurations of nonsense: New refuses them, or what it
// makes can decode.
func FuzzConfig(f *testing.F) {
	all := specimens()
	for i := range all {
		b, err := json.Marshal(all[i].conf)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b), i, all[i].in.Width, all[i].in.Height)
	}
	f.Fuzz(func(t *testing.T, text string, i, w, h int) {
		var c Config
		if i < 0 || i >= len(all) || json.Unmarshal([]byte(text), &c) != nil {
			return
		}
		d, err := New(c, Input{w, h}, all[i].out)
		var e *ErrConfig
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
		if err == nil {
			usable(t, d, all[i].out)
		}
	})
}
