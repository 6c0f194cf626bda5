package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/vision"
)

// walk is a folder of pictures in which a square goes from left to right.
func walk(t *testing.T) string {
	dir := t.TempDir()
	for i := range 30 {
		night(t, filepath.Join(dir, fmt.Sprintf("%02d.png", i)), 20+2*i, 40)
	}
	return dir
}

// ofType returns the events of a type.
func ofType(events []pipeline.Event, what pipeline.EventType) (list []pipeline.Event) {
	for _, e := range events {
		if e.Type == what {
			list = append(list, e)
		}
	}
	return list
}

func TestRunFollowsAndTells(t *testing.T) {
	out, errs, code := run(t, "run", "--source", walk(t), "--model", spots, "--as-fast-as-possible", "--threads", "1",
		"--zone", "right=0.5,0 1,0 1,1 0.5,1", "--line", "middle=0.5,0 0.5,1", "--update", "500ms")
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	events := lines[pipeline.Event](t, out)
	for what, want := range map[pipeline.EventType]int{pipeline.Enter: 1, pipeline.ZoneEnter: 1, pipeline.Line: 1, pipeline.ZoneLeave: 1, pipeline.Leave: 1} {
		if got := ofType(events, what); len(got) != want {
			t.Errorf("%d events %s, want %d\n%s", len(got), what, want, out)
		}
	}
	// At 10 pictures a second, every fifth.
	if n := len(ofType(events, pipeline.Update)); n < 4 || n > 6 {
		t.Errorf("%d updates", n)
	}
	for _, e := range events {
		if e.Type != pipeline.State && (e.Track != 1 || e.Detection.Label != "spot" || e.Models[0].Name != "spots" || len(e.Models[0].SHA256) != 64 || e.Width != 128 || e.AgeMS <= 0) {
			t.Errorf("event %+v", e)
		}
	}
	line := ofType(events, pipeline.Line)[0]
	if line.Zone != "middle" || line.Direction == "" {
		t.Errorf("line %+v", line)
	}
	for _, want := range []string{"30 frames of 128×96", "p99", "1 track,", "0 for newer ones"} {
		if !strings.Contains(errs, want) {
			t.Errorf("the figures lack %q:\n%s", want, errs)
		}
	}
}

func TestRunSummaryAsJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seen.jsonl")
	out, errs, code := run(t, "run", "--source", walk(t), "--model", spots, "--as-fast-as-possible", "--events", file, "--json", "--threads", "2", "--no-track")
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	sum := lines[runSummary](t, out)
	if len(sum) != 1 || sum[0].Type != "summary" || sum[0].Threads != 2 || sum[0].Sources[0].Frames != 30 || sum[0].Sources[0].Age.P99 <= 0 || sum[0].Sources[0].Stages["infer"].Mean <= 0 {
		t.Errorf("summary %s", out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(ofType(lines[pipeline.Event](t, string(text)), pipeline.Found)); n != 30 {
		t.Errorf("%d were found without tracking, want 30", n)
	}
}

// TestRunKeepsPictures has a run write video and the best picture of a track.
func TestRunKeepsPictures(t *testing.T) {
	dir := t.TempDir()
	video, shots := filepath.Join(dir, "seen.avi"), filepath.Join(dir, "shots")
	_, errs, code := run(t, "run", "--source", walk(t), "--model", spots, "--as-fast-as-possible", "--events", "none", "--record", video, "--snapshots", shots)
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	src, err := capture.Open(video, capture.Options{AsFast: true})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	frames := 0
	var f capture.Frame
	for src.Next(t.Context(), &f) == nil {
		frames++
	}
	if i := src.Info(); frames != 30 || i.W != 128 || i.H != 96 || i.FPS != 10 {
		t.Errorf("%d frames of %+v", frames, i)
	}
	files, err := vision.Files(shots)
	if err != nil || len(files) != 1 {
		t.Errorf("pictures %v, %v", files, err)
	}
	before, _ := os.ReadFile(video)
	_, errs, code = run(t, "run", "--source", walk(t), "--model", spots, "--as-fast-as-possible", "--events", "none", "--record", video)
	if after, _ := os.ReadFile(video); code != cli.OK || !strings.Contains(errs, "recording to "+filepath.Join(dir, "seen-2.avi")) || !bytes.Equal(before, after) {
		t.Errorf("again: exit code %d, %s; the first recording has %d bytes of %d", code, errs, len(after), len(before))
	}
}

func TestRunTellsAPipe(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "events")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	args := []string{"run", "--source", walk(t), "--model", spots, "--as-fast-as-possible", "--events", pipe}
	if _, errs, code := run(t, args...); code != cli.Missing || !strings.Contains(errs, "nobody reads") {
		t.Errorf("without a reader: exit code %d, %s", code, errs)
	}
	r, err := os.OpenFile(pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, errs, code := run(t, args...); code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	text, err := io.ReadAll(r)
	if err != nil || len(ofType(lines[pipeline.Event](t, string(text)), pipeline.Enter)) != 1 {
		t.Errorf("%s, %v", text, err)
	}
}

// TestRunSeveralSources has two run side by side, one of them by a file of
// settings.
func TestRunSeveralSources(t *testing.T) {
	model, err := filepath.Abs(spots)
	if err != nil {
		t.Fatal(err)
	}
	f := config.Starter(walk(t))
	f.Preview.Listen, f.Detect.Model, f.Threads = "", model, 2
	f.Sources[0].Name, f.Sources[0].Fast = "left", true
	second := f.Sources[0]
	second.Name, second.Source = "right", walk(t)
	f.Sources = append(f.Sources, second)
	path := filepath.Join(t.TempDir(), "a.yaml")
	w, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := config.Write(w, f); err != nil {
		t.Fatal(err)
	}
	w.Close()
	out, errs, code := run(t, "run", "--config", path)
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, name := range []string{"left", "right"} {
		n := 0
		for _, e := range ofType(lines[pipeline.Event](t, out), pipeline.Enter) {
			if e.Source == name {
				n++
			}
		}
		if n != 1 || !strings.Contains(errs, name+": 30 frames") {
			t.Errorf("%s: %d entered\n%s", name, n, errs)
		}
	}
}

func TestRunForAWhile(t *testing.T) {
	out, errs, code := run(t, "run", "--source", "synthetic:64x64@100", "--model", spots, "--duration", "300ms", "--events", "none", "--json")
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if s := lines[runSummary](t, out)[0].Sources[0]; s.Frames < 1 || s.Reason != "stopped" {
		t.Errorf("summary %s", out)
	}
}

func TestRunThatIsInterrupted(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	cancelled, cancel := context.WithCancel(t.Context())
	context.AfterFunc(ctx, cancel)
	_, errs, code := runIn(cancelled, false, "run", "--source", "synthetic:64x64@50", "--model", spots)
	if code != cli.Interrupted || !strings.Contains(errs, "frames of 64×64") {
		t.Errorf("a recording: exit code %d: %s", code, errs)
	}
	ctx, stop = context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	cancelled, cancel = context.WithCancel(t.Context())
	context.AfterFunc(ctx, cancel)
	if _, errs, code := runIn(cancelled, false, "run", "--source", walk(t), "--loop", "--model", spots); code != cli.OK {
		t.Errorf("a clip that goes round: exit code %d: %s", code, errs)
	}
}

// What saw no frame has no ages and no times to tell.
func TestRunWithoutAFrame(t *testing.T) {
	text := summaryText(&pipeline.Stats{Source: "pipe", Events: 1})
	if !strings.HasPrefix(text, "pipe: no frame\n") || strings.Contains(text, "age of") || strings.Contains(text, "mean ms") || !strings.HasSuffix(text, "unreadable\n  0 tracks, 1 event\n") {
		t.Errorf("%q", text)
	}
}

func TestRunOnATerminal(t *testing.T) {
	out, _, code := runIn(t.Context(), true, "run", "--source", walk(t), "--model", spots, "--as-fast-as-possible")
	if code != cli.OK || !strings.Contains(out, "enter      #1 spot") || !strings.Contains(out, "leave      #1 spot") || strings.Contains(out, "{") {
		t.Errorf("exit code %d: %s", code, out)
	}
}

func TestRunRefuses(t *testing.T) {
	pic := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(pic, []byte("sources: [{source: synthetic}]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"--source nowhere.avi", cli.Missing, "no such file"},
		{"--source synthetic:9", cli.Usage, "640x480@30"},
		{"--source synthetic --capture 640", cli.Usage, "640x480@30"},
		{"--source synthetic --score 2", cli.Usage, "--score (detect.score): 2 is outside"},
		{"--source synthetic --threads 999", cli.Usage, "--threads: 999 is outside"},
		{"--source synthetic --update 9h", cli.Usage, "--update (track.update)"},
		{"--source synthetic --capture 64x64@5000", cli.Usage, "--capture (sources[0].fps)"},
		{"--source synthetic --class spot=3", cli.Usage, "--class (detect.scores.spot)"},
		{"--source synthetic --exclude 0,0,1", cli.Usage, "no point"},
		{"--source synthetic --zone porch=0,0", cli.Usage, "--zone porch (zones[0]): 1 points are no polygon"},
		{"--source synthetic --model ./nosuch.onnx", cli.Missing, "the model nosuch.onnx cannot be opened: no such file or directory; give"},
		{"--source synthetic --model " + spots + " --snapshots run_test.go/shots", cli.Missing, "snapshots.dir (--snapshots): nothing can be written to run_test.go/shots, since a file is where a folder would have to be"},
		{"--source synthetic --model " + spots + " --events nosuch/seen.jsonl", cli.Missing, "events.file (--events): nothing can be written to nosuch/seen.jsonl, since the folder for it does not exist"},
		{"--source synthetic --model " + spots + " --record nosuch/seen.avi", cli.Missing, "record.file (--record): nothing can be written to nosuch/seen.avi"},
		{"--source synthetic --record seen.mp4", cli.Usage, "--record (record.file)"},
		{"--source synthetic --source synthetic --record seen.avi", cli.Usage, "cannot hold 2 sources"},
		{"--source synthetic --preview=192.0.2.1:80", cli.Missing, "no address of this machine"},
		{"--source synthetic --duration=-2s", cli.Usage, "--duration"},
		{"--source csi:0", cli.Missing, "rpicam-vid is not installed"},
		{"--source synthetic --zone a=0,0_1,1", cli.Usage, "no point"},
		{"--source synthetic --class cat", cli.Usage, `no class "cat"; it knows spot`},
		{"--source synthetic --class spot=x", cli.Usage, "no score"},
		{"--source synthetic --region 0,0,1", cli.Usage, "four numbers"},
		{"--source synthetic --region 0.5,0,0.2,1", cli.Usage, "detect.region"},
		{"--source synthetic --format vhs", cli.Usage, "format"},
		{"--source synthetic --model nothing-such", cli.Missing, "models fetch"},
		{"--source synthetic --events /nowhere/at/all", cli.Missing, "/nowhere"},
		{"--source synthetic --config " + pic, cli.Usage, "--source"},
		{"--config " + pic + " --no-track", cli.Usage, "--no-track"},
		{"--config nowhere.yaml", cli.Missing, "nowhere.yaml"},
	} {
		args := append([]string{"run", "--duration", "1s"}, strings.Fields(c.args)...)
		if !strings.Contains(c.args, "--model") && !strings.Contains(c.args, "--config") {
			args = append(args, "--model", spots)
		}
		if _, errs, code := run(t, args...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d, want %d and %q: %s", c.args, code, c.code, c.says, errs)
		}
	}
}

// TestRunFlagsAreSettings holds flags against what they set.
func TestRunFlagsAreSettings(t *testing.T) {
	c := runCommand{
		Source: []string{"clips/door.avi", "camera:1", "b/door.avi"}, Capture: "320x240@15", Format: "mjpeg", Fast: true,
		Class: []string{"person=0.75", "car"}, Region: "0,0.25,1,1", Exclude: []string{"0,0 1,0 1,1"}, Motion: true, Deadline: time.Second, Anchor: "centre",
	}
	f, err := c.fromFlags()
	if err != nil {
		t.Fatal(err)
	}
	s := f.Sources
	if s[0].Name != "door" || s[1].Name != "camera2" || s[2].Name != "camera3" || s[0].Size.W != 320 || s[0].FPS != 15 || s[0].Format != "mjpeg" || !s[0].Fast {
		t.Errorf("sources %+v", s)
	}
	d := f.Detect
	if d.Scores["person"] != 0.75 || len(d.Classes) != 2 || d.Region[1] != 0.25 || d.Anchor != "centre" || !f.Motion.On || f.Deadline != time.Second || f.Zones[0].Kind != "exclude" {
		t.Errorf("settings %+v", f)
	}
	filter := filterOf(f, "door")
	if filter.Classes["person"].Score != 0.75 || !filter.Only["car"] || len(filter.Exclude) != 1 {
		t.Errorf("filter %+v", filter)
	}
	if err := filter.Validate(); err != nil {
		t.Error(err)
	}
	if m := motionConfig(&f.Motion); m.Threshold < 11.9 || m.Threshold > 12.1 || m.Validate() != nil {
		t.Errorf("motion %+v", m)
	}
	if tr := trackConfig(&f.Track); tr.Validate() != nil {
		t.Errorf("track %+v", tr)
	}
}

func TestRunEventsAreOneObjectALine(t *testing.T) {
	out, _, _ := run(t, "run", "--source", walk(t), "--model", spots, "--as-fast-as-possible")
	for _, l := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
		if !json.Valid([]byte(l)) {
			t.Errorf("no JSON: %s", l)
		}
	}
}
