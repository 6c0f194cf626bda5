package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

// spots is a small detector of bright squares; see the tests of package
// ocellus.
const spots = "../../testdata/spots.onnx"

// nights makes a data set of black pictures of 128×96 with one white square of
// ten pixels each, whose label is right, or says that nothing is there.
func nights(t *testing.T, classes string) string {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{"images", "labels"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("classes.txt", classes)
	for name, label := range map[string]string{"right": "0 0.5390625 0.5520833 0.078125 0.1041667\n", "wrong": ""} {
		m := vision.NewImage(128, 96)
		for y := 48; y < 58; y++ {
			for x := 64; x < 74; x++ {
				m.Set(x, y, 255, 255, 255)
			}
		}
		if err := m.SavePNG(filepath.Join(dir, "images", name+".png")); err != nil {
			t.Fatal(err)
		}
		write("labels/"+name+".txt", label)
	}
	return dir
}

func evalJSON(t *testing.T, args ...string) *evalDetectResult {
	t.Helper()
	out, errs, code := run(t, append([]string{"eval", "detect", "--json"}, args...)...)
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	r := &evalDetectResult{}
	if err := json.Unmarshal([]byte(out), r); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return r
}

func TestEvalDetect(t *testing.T) {
	dir, out := nights(t, "anything\n"), t.TempDir()
	prefix := filepath.Join(out, "deep", "record")
	r := evalJSON(t, "--model", spots, "--data", dir, "--merge-classes", "--score", "0.3", "--out", out, "--record", prefix)
	f := r.Figures
	if f.Pictures != 2 || f.Objects != 1 || f.Best.Missed+f.Best.Hits != 1 || !f.AP50.Known() || len(f.Classes) != 1 || r.Model != "spots" || len(r.SHA256) != 64 || !r.Merged {
		t.Errorf("%+v", r)
	}
	for file, want := range map[string]string{
		filepath.Join(out, "index.html"): "wrong.png", prefix + ".md": "| AP | 0.50 |", prefix + ".json": `"ap50"`,
	} {
		if b, err := os.ReadFile(file); err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %q (%v)", file, want, err)
		}
	}
	// Of the picture whose label is right alone, nothing is wrong.
	r = evalJSON(t, "--model", spots, "--data", dir, "--merge-classes", "--score", "0.3", "--only", "right*")
	if f := r.Figures; f.Pictures != 1 || f.Best.Hits != 1 || f.Best.False != 0 || f.AP50 != 1 {
		t.Errorf("%+v", f)
	}
	text, errs, code := run(t, "eval", "detect", "--model", spots, "--data", dir, "--merge-classes", "--score", "0.3")
	if code != cli.OK || !strings.Contains(text, "AP, overlap 0.50, all, 100 detections") {
		t.Errorf("exit code %d, %s%s", code, text, errs)
	}
}

func TestEvalDetectFails(t *testing.T) {
	dir := nights(t, "anything\n")
	broken := nights(t, "anything\n")
	if err := os.WriteFile(filepath.Join(broken, "labels", "wrong.txt"), []byte("\n7 0 0 0 0"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--model", spots}, cli.Usage, "--data"},
		{[]string{"--model", spots, "--data", dir}, cli.Usage, "--merge-classes"},
		{[]string{"--model", spots, "--data", dir, "--score", "2"}, cli.Usage, "--score 2"},
		{[]string{"--model", spots, "--data", dir, "--only", "x*"}, cli.Usage, "leaves no picture"},
		{[]string{"--model", spots, "--data", dir, "--only", "[x"}, cli.Usage, "no pattern"},
		{[]string{"--model", spots, "--data", dir, "--classes", "cat"}, cli.Usage, `no class "cat"`},
		{[]string{"--model", spots, "--data", t.TempDir()}, cli.BadInput, "no data set"},
		{[]string{"--model", spots, "--data", filepath.Join(dir, "none")}, cli.Missing, "no such file"},
		{[]string{"--model", "nobody", "--models", t.TempDir(), "--data", dir}, cli.Missing, "models fetch nobody"},
		{[]string{"--model", spots, "--data", broken, "--merge-classes"}, cli.BadInput, "wrong.txt, line 2"},
	} {
		out, errs, code := run(t, append([]string{"eval", "detect"}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d, %s%s; want %d and %q", c.args, code, out, errs, c.code, c.says)
		}
	}
}

func TestMatchClasses(t *testing.T) {
	data := []string{"cat", "Dog", "cow"}
	for _, c := range []struct {
		name         string
		cmd          evalDetectCommand
		labels       []string
		names        string
		truth, model []int
		other        int
	}{
		{"by name", evalDetectCommand{}, []string{"dog", "bird", "cat"}, "cat Dog cow", []int{0, 1, 2}, []int{1, -1, 0}, -1},
		{"some", evalDetectCommand{Classes: []string{"dog"}}, []string{"dog", "cat"}, "Dog", []int{-1, 0, -1}, []int{0, -1}, -1},
		{"merged, known", evalDetectCommand{Merge: true}, []string{"dog", "bird", "cow"}, "cat or Dog or cow", []int{0, 0, 0}, []int{0, -1, 0}, -1},
		{"merged, unknown", evalDetectCommand{Merge: true}, []string{"animal"}, "cat or Dog or cow", []int{0, 0, 0}, []int{0}, 0},
		{"merged, some", evalDetectCommand{Merge: true, Classes: []string{"cow", "cat"}}, nil, "cat or cow", []int{0, -1, 0}, nil, 0},
	} {
		m, err := c.cmd.matchClasses(data, c.labels)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		equal := func(a, b []int) bool {
			if len(a) != len(b) {
				return false
			}
			for i := range a {
				if a[i] != b[i] {
					return false
				}
			}
			return true
		}
		if strings.Join(m.names, " ") != c.names || !equal(m.truth, c.truth) || !equal(m.model, c.model) || m.ofModel(9) != c.other || m.ofModel(-1) != c.other {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
	if _, err := (&evalDetectCommand{}).matchClasses(data, nil); err == nil || !strings.Contains(err.Error(), "--labels") {
		t.Errorf("a model without labels: %v", err)
	}
}

// TestEvalDetectPublished holds two detectors of COCO's classes against what
// their author states of all of val2017, 25.3 and 24.1 % mAP at 0.50, on the
// 97 pictures of it that are here: the size and the order must agree.
func TestEvalDetectPublished(t *testing.T) {
	if testing.Short() {
		t.Skip("runs two networks over a hundred pictures")
	}
	set := check.Shared(t, "datasets", "coco256")
	figure := func(elem ...string) float64 {
		r := evalJSON(t, "--model", check.Shared(t, append([]string{"models"}, elem...)...), "--data", set, "--only", "val2017_*")
		if r.Figures.Pictures != 97 || len(r.Left) != 0 {
			t.Errorf("%d pictures, classes left out %v", r.Figures.Pictures, r.Left)
		}
		return float64(r.Figures.AP50)
	}
	det, v2 := figure("fastestdet", "FastestDet.onnx"), figure("yolo-fastestv2", "yolo-fastestv2_352.onnx")
	if det < 0.20 || det > 0.36 || v2 < 0.19 || v2 > 0.35 || det < v2 {
		t.Errorf("mAP at 0.50: FastestDet %.3f, Yolo-FastestV2 %.3f", det, v2)
	}
}
