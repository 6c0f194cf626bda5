package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/vision"
)

// visitor is a square of a colour in the dark, at x, rough enough to count as
// sharp and large enough to be looked at.
type visitor struct{ x, r, g, b int }

var (
	ann = visitor{0, 255, 180, 180}
	bob = visitor{0, 180, 180, 255}
)

func (v visitor) at(x int) visitor { return visitor{x, v.r, v.g, v.b} }

// visit writes a picture of visitors.
func visit(t *testing.T, path string, list ...visitor) {
	t.Helper()
	m := vision.NewImage(640, 480)
	for _, v := range list {
		for j := range 50 {
			for i := range 50 {
				level := 10
				if (i/4+j/4)%2 == 0 {
					level = 8
				}
				m.Set(v.x+i, 200+j, uint8(v.r*level/10), uint8(v.g*level/10), uint8(v.b*level/10))
			}
		}
	}
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
}

// visits are pictures in which visitors go to the right.
func visits(t *testing.T, list ...visitor) string {
	dir := t.TempDir()
	for i := range 16 {
		var now []visitor
		for _, v := range list {
			now = append(now, v.at(v.x+3*i))
		}
		visit(t, filepath.Join(dir, fmt.Sprintf("%02d.png", i)), now...)
	}
	return dir
}

// known makes a folder of people.
func known(t *testing.T, pictures map[string]visitor) string {
	dir := t.TempDir()
	for name, v := range pictures {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		visit(t, path, v.at(300))
	}
	return dir
}

// knowing writes a configuration with the toy models.
func knowing(t *testing.T, source, people string, change func(*config.File)) (args []string) {
	t.Helper()
	abs := func(path string) string {
		path, err := filepath.Abs(path)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	f := config.Starter(source)
	f.Preview.Listen, f.Detect.Model, f.Threads, f.Sources[0].Fast = "", abs(spots), 2, true
	f.Faces.Known, f.Faces.Landmarks, f.Faces.Embedder = people, abs("../../testdata/features.onnx"), abs("../../testdata/tint.onnx")
	if change != nil {
		change(f)
	}
	dir := t.TempDir()
	w, err := os.Create(filepath.Join(dir, "a.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := config.Write(w, f); err != nil {
		t.Fatal(err)
	}
	labels := filepath.Join(dir, "labels")
	if err := os.WriteFile(labels, []byte("face\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return []string{"run", "--json", "--labels", labels, "--config", w.Name()}
}

func TestRunNamesPeople(t *testing.T) {
	people := known(t, map[string]visitor{"Ann.png": ann, "bob/1.png": bob, "bob/2.png": {0, 175, 180, 250}})
	source := visits(t, ann.at(50), bob.at(300), visitor{500, 180, 255, 180})
	out, errs, code := run(t, knowing(t, source, people, nil)...)
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	events := lines[pipeline.Event](t, out)
	names := map[string]int{}
	for _, e := range ofType(events, pipeline.Identify) {
		id := e.Identity
		names[id.Name]++
		least := float32(0.9) // the toy's threshold is a distance of 0.2
		if id.Name == pipeline.Unknown {
			least = 0
		}
		if id.Similarity < least || id.AgeMS < e.AgeMS || id.Votes < 3 || id.Of < 3 || len(e.Models) != 3 || e.Models[2].Name != "tint" || len(e.Models[2].SHA256) != 64 {
			t.Errorf("event %+v", e)
		}
	}
	// At 10 pictures a second a face a picture: 3 of each known, 5 of nobody.
	if names["Ann"] != 1 || names["bob"] != 1 || names[pipeline.Unknown] != 1 || len(names) != 3 {
		t.Errorf("names %v\n%s", names, errs)
	}
	for _, e := range ofType(events, pipeline.Leave) {
		if e.Identity.Name == "" || e.Identity.Captured != (pipeline.Identity{}).Captured {
			t.Errorf("it left without a name: %+v", e)
		}
	}
	if !strings.Contains(errs, "2 were named, 1 unknown, 0 undecided; ") {
		t.Errorf("the figures lack them: %s", errs)
	}
	var sum runSummary
	for _, s := range lines[runSummary](t, out) {
		sum = s
	}
	if f := sum.Sources[0].Faces; f == nil || f.Known != 2 || f.Named != 2 || f.Looks < 11 || f.Failed != 0 {
		t.Errorf("summary %+v", f)
	}
}

// TestRunFindsFacesOfPeople has a second detector find the faces of what the
// first finds.
func TestRunFindsFacesOfPeople(t *testing.T) {
	people := known(t, map[string]visitor{"Ann.png": ann})
	args := knowing(t, visits(t, ann.at(50)), people, func(f *config.File) {
		f.Faces.Detector = filepath.Join(t.TempDir(), "faces.onnx")
		data, err := os.ReadFile(spots)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Faces.Detector, data, 0o644); err != nil {
			t.Fatal(err)
		}
		f.Faces.MinPixels = 1
	})
	if err := os.WriteFile(args[3], []byte("person\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, args...)
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	// Close up, the toy finds nothing: it knows small squares alone.
	if s := lines[runSummary](t, out); s[len(s)-1].Sources[0].Faces.Absent == 0 {
		t.Errorf("nobody looked for faces: %s", errs)
	}
}

func TestRunRefusesPeople(t *testing.T) {
	empty, blank := t.TempDir(), t.TempDir()
	visit(t, filepath.Join(blank, "nobody.png"))
	several := t.TempDir()
	visit(t, filepath.Join(several, "us.png"), ann.at(100), bob.at(400))
	visit(t, filepath.Join(several, "unknown.png"), ann.at(100))
	blurred := t.TempDir()
	person(t, filepath.Join(blurred, "small.png"), 40, 255, 255, 255)
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "x.jpg"), []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	good := known(t, map[string]visitor{"Ann.png": ann})
	for _, c := range []struct {
		people string
		change func(*config.File)
		code   int
		says   []string
	}{
		{people: filepath.Join(empty, "nowhere"), code: cli.Missing, says: []string{"nowhere"}},
		{people: empty, code: cli.BadInput, says: []string{"nobody is in this folder", "NAME.jpg"}},
		{people: blank, code: cli.BadInput, says: []string{"nobody.png: no face was found"}},
		{people: several, code: cli.BadInput, says: []string{"us.png: there are several faces, 2", "unknown.png", "what people are called whom nobody knows"}},
		{people: blurred, code: cli.BadInput, says: []string{"small.png: the face is blurred: eyes 5 pixels apart"}},
		{people: broken, code: cli.BadInput, says: []string{"x.jpg"}},
		{good, func(f *config.File) { f.Faces.Embedder = f.Faces.Landmarks }, cli.BadInput, []string{"embedder"}},
		{good, func(f *config.File) { f.Faces.Landmarks = "none" }, cli.BadInput, []string{"alignment"}},
		{good, func(f *config.File) { f.Faces.Embedder = "nothing-such" }, cli.Missing, []string{"models fetch"}},
		{good, func(f *config.File) { f.Faces.Detector = f.Faces.Embedder }, cli.BadInput, []string{"tint"}},
		{good, func(f *config.File) { f.Track.On = false }, cli.BadInput, []string{"track.on"}},
	} {
		_, errs, code := run(t, knowing(t, "synthetic", c.people, c.change)...)
		if code != c.code {
			t.Errorf("%v: exit code %d, want %d: %s", c.says, code, c.code, errs)
		}
		for _, s := range c.says {
			if !strings.Contains(errs, s) {
				t.Errorf("%q is not said: %s", s, errs)
			}
		}
	}
	for args, want := range map[string]string{
		"--known " + good:                      "to know people takes a model that finds faces, and spots finds none",
		"--votes 3/5":                          "--known DIR",
		"--known " + good + " --votes 3":       "write it as 3/5",
		"--known " + good + " --votes 2/5":     "faces.votes",
		"--known " + good + " --face-margin 2": "faces.margin",
	} {
		if _, errs, code := run(t, append([]string{"run", "--source", "synthetic", "--model", spots}, strings.Fields(args)...)...); code != cli.Usage || !strings.Contains(errs, want) {
			t.Errorf("%s: exit code %d: %s", args, code, errs)
		}
	}
}

func TestRunFaceFlagsAreSettings(t *testing.T) {
	threshold, margin, least := 0.75, 0.0, 60.0
	c := runCommand{Source: []string{"synthetic"}, Known: "people", FaceThreshold: &threshold, FaceMargin: &margin, Votes: "4/7", FaceMin: &least, FaceDetector: "blazeface-back"}
	f, err := c.fromFlags()
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Faces; got.Known != "people" || got.Threshold != 0.75 || got.Margin != 0 || got.Votes != 4 || got.Of != 7 || got.MinPixels != 60 || got.Detector != "blazeface-back" {
		t.Errorf("settings %+v", got)
	}
	c = runCommand{Source: []string{"synthetic"}, Known: "people"}
	if f, err = c.fromFlags(); err != nil || f.Faces.Margin != 0.05 || f.Faces.Votes != 3 || f.Faces.Of != 5 {
		t.Errorf("settings %+v, %v", f, err)
	}
}
