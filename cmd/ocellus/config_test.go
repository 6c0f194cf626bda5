package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// TestConfigInit writes a file, checks it with a model that is there, and runs
// it.
func TestConfigInit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.yaml")
	if out, errs, code := run(t, "config", "init", file, "--source", "synthetic:320x240@10"); code != cli.OK || !strings.Contains(out, "config check "+file) {
		t.Fatalf("exit code %d\n%s%s", code, out, errs)
	}
	model, err := filepath.Abs(spots)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("OCELLUS_DETECT_MODEL", model)
	out, errs, code := run(t, "config", "check", file)
	for _, want := range []string{"ok", "camera1: synthetic:320x240@10", model + " (detect.model)", "127.0.0.1:8088, for this machine alone"} {
		if code != cli.OK || !strings.Contains(out, want) {
			t.Errorf("exit code %d, without %q:\n%s%s", code, want, out, errs)
		}
	}
	t.Setenv("OCELLUS_PREVIEW_LISTEN", "127.0.0.1:0")
	if _, errs, code := run(t, "run", "--config", file, "--duration", "300ms"); code != cli.OK || !strings.Contains(errs, "camera1: ") {
		t.Errorf("it does not run: exit code %d\n%s", code, errs)
	}
	if _, errs, code := run(t, "config", "init", file); code != cli.Usage || !strings.Contains(errs, "--force") {
		t.Errorf("over a file: exit code %d, %s", code, errs)
	}
	if _, _, code := run(t, "config", "init", file, "--force"); code != cli.OK {
		t.Errorf("with --force: exit code %d", code)
	}
	if out, _, code := run(t, "config", "init", "-", "--source", "x.avi"); code != cli.OK || !strings.Contains(out, "source: x.avi") {
		t.Errorf("printed: exit code %d\n%s", code, out)
	}
}

func TestFirstCamera(t *testing.T) {
	for want, all := range map[string][]capture.Camera{
		noCamera:                  nil,
		"/dev/video1":             {{Path: "/dev/video0", Reason: capture.Permission}, {Path: "/dev/video1"}},
		"/dev/v4l/by-id/usb-Eye0": {{Path: "/dev/video0", Names: []string{"/dev/v4l/by-id/usb-Eye0"}}},
	} {
		if got := firstCamera(func() ([]capture.Camera, error) { return all, nil }); got != want {
			t.Errorf("%v: %s, want %s", all, got, want)
		}
	}
}

func TestConfigCheck(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	out, errs, code := run(t, "config", "check", write("bad.yaml", "sources: [{source: camera}]\ndetect:\n  scroe: 1\n  max_area: 2\n"))
	for _, want := range []string{"bad.yaml:3:3: detect.scroe", "did you mean score?", "3 |   scroe: 1\n  |   ^\n", "bad.yaml:4:13: detect.max_area", "2 mistakes"} {
		if code != cli.BadInput || out != "" || !strings.Contains(errs, want) {
			t.Errorf("exit code %d, without %q:\n%s%s", code, want, out, errs)
		}
	}
	if _, errs, code := run(t, "config", "check", filepath.Join(dir, "none.yaml")); code != cli.Missing || !strings.Contains(errs, "none.yaml") {
		t.Errorf("no file: exit code %d, %s", code, errs)
	}
	write("token", "0123456789abcdef\n")
	lacking := write("lacking.yaml", `
models: .
sources: [{source: "http://me:password@cam/video"}, {source: gone.avi}]
faces: {known: nobody}
events: {file: events.jsonl}
preview: {listen: ":8088", token_file: token}
`)
	out, _, code = run(t, "config", "check", lacking)
	for _, want := range []string{"something is missing", "detect.model: there is no model", "faces.embedder", "gone.avi", "nobody", "events.jsonl", ":8088, with a token", "me:xxxxx@cam"} {
		if code != cli.Missing || !strings.Contains(out, want) {
			t.Errorf("exit code %d, without %q:\n%s", code, want, out)
		}
	}
	out, _, code = run(t, "config", "check", "--json", lacking)
	got := lines[summary](t, out)
	if code != cli.Missing || len(got) != 1 || len(got[0].Sources) != 2 || len(got[0].Problems) != 5 || !got[0].Token || strings.Contains(out, "password") {
		t.Errorf("exit code %d: %s", code, out)
	}
	write("token", "short\n")
	if out, _, _ := run(t, "config", "check", lacking); !strings.Contains(out, "holds no token") {
		t.Error(out)
	}
}

// TestStarterRuns holds the file that init writes against what capture opens.
// Places that nothing can be written to now are warned of, in a configuration
// that is right otherwise.
func TestConfigCheckWarns(t *testing.T) {
	dir := t.TempDir()
	model, err := filepath.Abs(spots)
	if err != nil {
		t.Fatal(err)
	}
	check := func(more string) string {
		t.Helper()
		file := filepath.Join(dir, "a.yaml")
		text := "sources: [{source: \"synthetic:320x240\"}]\ndetect: {model: " + model + "}\n" + more
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, errs, code := run(t, "config", "check", file)
		if code != cli.OK {
			t.Errorf("exit code %d\n%s%s", code, out, errs)
		}
		return out
	}
	if out := check("events: {file: seen.jsonl}\nsnapshots: {dir: .}\nrecord: {dir: .}\n"); strings.Contains(out, "Warning") {
		t.Errorf("all can be written:\n%s", out)
	}
	out := check("events: {file: gone/seen.jsonl}\nsnapshots: {dir: a.yaml/shots}\nrecord: {dir: new}\n")
	for _, want := range []string{"Warning: events.file: the folder " + filepath.Join(dir, "gone") + " does not exist", "Warning: snapshots.dir (--snapshots): nothing can be written to", "a file is where", "Warning: record.dir: the folder " + filepath.Join(dir, "new")} {
		if !strings.Contains(out, want) {
			t.Errorf("without %q:\n%s", want, out)
		}
	}
	if os.Geteuid() == 0 {
		return // who may write anywhere
	}
	shut := filepath.Join(dir, "shut")
	if err := os.Mkdir(shut, 0o500); err != nil {
		t.Fatal(err)
	}
	if out := check("record: {file: shut/a.avi}\n"); !strings.Contains(out, "Warning: record.file") || !strings.Contains(out, "may not write") {
		t.Error(out)
	}
}

func TestStarterRuns(t *testing.T) {
	var b bytes.Buffer
	if err := config.Write(&b, config.Starter(noCamera)); err != nil {
		t.Fatal(err)
	}
	f, err := config.Parse("a.yaml", b.Bytes(), nil)
	if err != nil {
		t.Fatal(err)
	}
	s := f.Sources[0]
	format, ok := capture.ParseFormat(s.Format)
	if !ok {
		t.Fatal(s.Format)
	}
	src, err := capture.Open(s.Source, capture.Options{W: s.Size.W, H: s.Size.H, FPS: s.FPS, Format: format, Controls: s.Controls, Buffers: s.Buffers, Timeout: s.Timeout, Loop: s.Loop, AsFast: true})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var frame capture.Frame
	if err := src.Next(t.Context(), &frame); err != nil {
		t.Fatal(err)
	}
	frame.Release()
	// The formats that the file may name are those that capture knows.
	for _, field := range config.Fields() {
		if field.Path != "sources[].format" {
			continue
		}
		for _, name := range strings.Split(field.Range, ", ") {
			if _, ok := capture.ParseFormat(name); !ok {
				t.Errorf("format %s is unknown to capture", name)
			}
		}
	}
}
