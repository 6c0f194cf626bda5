package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/npy"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
)

// spots is a small detector of bright squares; see the tests of package
// ocellus.
const spots = "../../testdata/spots.onnx"

// run runs a command line in this process.
func run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return runIn(t.Context(), false, args...)
}

func runIn(ctx context.Context, tty bool, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = cli.Run(app(), args, &cli.Env{Context: ctx, Stdout: &out, Stderr: &errs, StdoutTTY: tty})
	return out.String(), errs.String(), code
}

// night writes a black picture of 128×96 with a white square of 10 at x, y.
func night(t *testing.T, path string, x, y int) string {
	t.Helper()
	m := vision.NewImage(128, 96)
	for j := range 10 {
		for i := range 10 {
			m.Set(x+i, y+j, 255, 255, 255)
		}
	}
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func lines[T any](t *testing.T, out string) []T {
	t.Helper()
	var all []T
	for d := json.NewDecoder(strings.NewReader(out)); d.More(); {
		var v T
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		all = append(all, v)
	}
	return all
}

func TestDetect(t *testing.T) {
	dir := t.TempDir()
	night(t, filepath.Join(dir, "a.png"), 20, 30)
	night(t, filepath.Join(dir, "b.jpg"), 80, 60)
	seen := filepath.Join(dir, "seen")
	out, errs, code := run(t, "detect", dir, "--model", spots, "--out", seen)
	page := filepath.Join(seen, "index.html")
	if code != cli.OK || !strings.Contains(errs, "2 found in 2 pictures") || !strings.Contains(errs, page) {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	if html, err := os.ReadFile(page); err != nil || !bytes.Contains(html, []byte("a.png")) {
		t.Errorf("the page: %.100s, %v", html, err)
	}
	got := lines[detectLine](t, out)
	if len(got) != 2 {
		t.Fatalf("%d lines, want 2: %s", len(got), out)
	}
	for i, want := range []struct {
		file string
		box  vision.Box
	}{{"a.png", vision.Box{X1: 20, Y1: 30, X2: 30, Y2: 40}}, {"b.jpg", vision.Box{X1: 80, Y1: 60, X2: 90, Y2: 70}}} {
		l := got[i]
		if filepath.Base(l.Image) != want.file || l.Width != 128 || l.Height != 96 || l.Model != "spots" || l.MS.Total <= 0 || l.Regions < 1 {
			t.Errorf("line %+v", l)
		}
		if len(l.Detections) != 1 || l.Detections[0].Label != "spot" || l.Detections[0].Box.IoU(want.box) < 0.8 || len(l.Detections[0].Landmarks) != 6 {
			t.Errorf("%s: %+v, want a spot at %v", want.file, l.Detections, want.box)
		}
		drawn, err := vision.Load(filepath.Join(seen, want.file))
		if err != nil || drawn.W != 128 || drawn.H != 96 {
			t.Errorf("drawn picture: %v", err)
		}
	}
}

func TestDetectText(t *testing.T) {
	pic := night(t, filepath.Join(t.TempDir(), "a.png"), 20, 30)
	forced, _, code := run(t, "detect", pic, "--model", spots, "--text")
	onTerminal, _, _ := runIn(t.Context(), true, "detect", pic, "--model", spots)
	for _, out := range []string{forced, onTerminal} {
		if code != cli.OK || !strings.Contains(out, "a.png: 128×96, spot, ") || strings.Contains(out, "{") {
			t.Errorf("code %d, output %q", code, out)
		}
	}
	if out, _, _ := runIn(t.Context(), true, "detect", pic, "--model", spots, "--json"); len(lines[detectLine](t, out)) != 1 {
		t.Errorf("--json on a terminal prints %q", out)
	}
}

func TestDetectGoesOn(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "a.png")
	if err := os.WriteFile(bad, []byte("\x89PNG\r\n\x1a\nrubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := night(t, filepath.Join(dir, "b.png"), 20, 30)
	out, errs, code := run(t, "detect", bad, good, "--model", spots)
	if code != cli.BadInput || !strings.Contains(errs, "a.png") {
		t.Errorf("exit code %d, errors %q", code, errs)
	}
	first, rest, _ := strings.Cut(out, "\n")
	if f := lines[detectFailure](t, first); f[0].Image != bad || f[0].Error == "" {
		t.Errorf("first line %s", first)
	}
	if l := lines[detectLine](t, rest); len(l) != 1 || len(l[0].Detections) != 1 {
		t.Errorf("second line %s", rest)
	}
}

func TestFailures(t *testing.T) {
	dir := t.TempDir()
	pic := night(t, filepath.Join(dir, "a.png"), 20, 30)
	cut := filepath.Join(dir, "cut.onnx")
	data, err := os.ReadFile(spots)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(cut, data[:1000], 0o600); err != nil {
		t.Fatal(err)
	}
	x := filepath.Join(dir, "x.npy")
	if err := npy.WriteFile(x, nn.NewTensor(nn.Float32, nn.S(1, 64, 64, 3))); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OCELLUS_HOME", dir)
	t.Setenv("OCELLUS_MODELS", "")
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"unknown command", []string{"dettect"}, cli.Usage, "See ocellus --help"},
		{"no picture", []string{"detect"}, cli.Usage, "See ocellus detect --help"},
		{"unknown flag", []string{"detect", "--flavour", pic}, cli.Usage, "--flavour"},
		{"tile", []string{"detect", "--tile", "maybe", pic}, cli.Usage, "one of auto, off"},
		{"score", []string{"detect", "--score", "2", "--model", spots, pic}, cli.Usage, "--score 2"},
		{"both forms", []string{"detect", "--json", "--text", pic}, cli.Usage, "--json"},
		{"model not fetched", []string{"detect", pic}, cli.Missing, "ocellus-host models fetch blazeface-back --to DIR"},
		{"model not in folder", []string{"detect", "--models", dir, "--model", "mine", pic}, cli.Missing, "--models"},
		{"model file missing", []string{"detect", "--model", filepath.Join(dir, "no.onnx"), pic}, cli.Missing, "no.onnx"},
		{"model damaged", []string{"detect", "--model", cut, pic}, cli.BadInput, "cut.onnx: corrupt at byte"},
		{"picture missing", []string{"detect", "--model", spots, filepath.Join(dir, "no.png")}, cli.Missing, "no.png"},
		{"drawn over itself", []string{"detect", "--model", spots, "--out", dir, pic}, cli.Usage, "over itself"},
		{"infer without input", []string{"infer", spots}, cli.Usage, "--in"},
		{"infer unknown input", []string{"infer", spots, "--expect", "zz=" + x, "--in", x}, cli.Usage, "scores, boxes"},
		{"infer misnamed input", []string{"infer", spots, "--in", "picture=" + x}, cli.Usage, `"picture" is no name here, which would be image`},
		{"infer twice", []string{"infer", spots, "--in", x, "--in", "image=" + x}, cli.Usage, "twice"},
		{"infer no array", []string{"infer", spots, "--in", "image=" + pic}, cli.BadInput, "a.png"},
		{"infer array missing", []string{"infer", spots, "--in", filepath.Join(dir, "no.npy")}, cli.Missing, "no.npy"},
		{"inspect shape", []string{"inspect", spots, "--shape", "image=1xq"}, cli.Usage, "--shape"},
		{"inspect other shape", []string{"inspect", spots, "--shape", "image=1x32x32x3"}, cli.BadInput, "32"},
		{"inspect dimension", []string{"inspect", spots, "--dim", "batch=2"}, cli.BadInput, "--dim NAME=SIZE"},
		{"no detector", []string{"detect", "--model", relu(t, dir), pic}, cli.Usage, "model relu does not say how it finds things"},
		{"bench time", []string{"bench", spots, "--time", "0s"}, cli.Usage, "--time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, errs, code := run(t, c.args...)
			if code != c.code || !strings.Contains(errs, c.says) {
				t.Errorf("exit code %d, want %d; errors %q, want %q in it", code, c.code, errs, c.says)
			}
		})
	}
}

// relu writes a model that is no detector.
func relu(t *testing.T, dir string) string {
	t.Helper()
	b := nn.NewBuilder("graph")
	b.Output(b.Node("y", &nn.Relu{}, b.Input("x", nn.Float32, nn.D(2))))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "relu.onnx")
	if err := onnx.WriteFile(file, g); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestInterrupted(t *testing.T) {
	pic := night(t, filepath.Join(t.TempDir(), "a.png"), 20, 30)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, errs, code := runIn(ctx, false, "detect", pic, "--model", spots); code != cli.Interrupted || !strings.Contains(errs, "interrupted") {
		t.Errorf("exit code %d, errors %q", code, errs)
	}
}

func TestModelNames(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile(spots)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "models"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "models", "dots.onnx"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("OCELLUS_HOME", dir)
	t.Setenv("OCELLUS_MODELS", "")
	if _, errs, code := run(t, "inspect", "dots"); code != cli.OK {
		t.Errorf("by OCELLUS_HOME: %s", errs)
	}
	t.Setenv("OCELLUS_HOME", t.TempDir())
	if _, errs, code := run(t, "inspect", "dots", "--models", filepath.Join(dir, "models")); code != cli.OK {
		t.Errorf("by --models: %s", errs)
	}
	t.Setenv("OCELLUS_MODELS", filepath.Join(dir, "models"))
	if _, errs, code := run(t, "inspect", "dots"); code != cli.OK {
		t.Errorf("by OCELLUS_MODELS: %s", errs)
	}
}

func TestInfer(t *testing.T) {
	dir := t.TempDir()
	x, results := filepath.Join(dir, "x.npy"), filepath.Join(dir, "results")
	if err := npy.WriteFile(x, nn.NewTensor(nn.Float32, nn.S(1, 64, 64, 3))); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, "infer", spots, "--in", "image="+x, "--out", results, "--json")
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	res := lines[inferResult](t, out)[0]
	if len(res.Outputs) != 2 || res.Outputs[0].Name != "scores" || res.Match != nil {
		t.Errorf("result %+v", res)
	}
	scores, err := npy.ReadFile(filepath.Join(results, "scores.npy"))
	if err != nil || scores.Shape != nn.S(1, 128, 1) {
		t.Fatalf("scores: %v, %v", scores, err)
	}
	file := filepath.Join(results, "scores.npy")
	if out, errs, code := run(t, "infer", spots, "--in", x, "--expect", "scores="+file); code != cli.OK || !strings.Contains(out, "as expected") {
		t.Errorf("exit code %d for the same again: %s%s", code, out, errs)
	}
	scores.F32()[7] += 1
	if err := npy.WriteFile(file, scores); err != nil {
		t.Fatal(err)
	}
	out, _, code = run(t, "infer", spots, "--in", x, "--expect", "scores="+file, "--json")
	got := lines[inferResult](t, out)[0]
	if code != cli.Negative || *got.Match || got.Outputs[0].Check.Wrong != 1 || !strings.Contains(got.Outputs[0].Check.Why, "element 7") {
		t.Errorf("exit code %d for another array: %s", code, out)
	}
	if _, _, code := run(t, "infer", spots, "--in", x, "--expect", "scores="+file, "--atol", "2"); code != cli.OK {
		t.Errorf("exit code %d with a tolerance of 2", code)
	}
}

func TestInspect(t *testing.T) {
	out, errs, code := run(t, "inspect", spots, "--json", "--steps")
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	in := lines[inspection](t, out)[0]
	// The moments are 8·8 windows of 16·16·3 pixels, four numbers each.
	if in.Ops["Conv"] != 1 || in.MACs < 64*768*4 || in.Params < 3072 || in.ArenaBytes <= 0 || len(in.Steps) == 0 {
		t.Errorf("inspection %s", out)
	}
	if len(in.Inputs) != 1 || in.Inputs[0].Name != "image" || len(in.Outputs) != 2 || string(in.Metadata["ocellus.schema"]) != "1" {
		t.Errorf("inspection %s", out)
	}
	if out, _, code := run(t, "inspect", spots, "--steps"); code != cli.OK || !strings.Contains(out, "operators") || !strings.Contains(out, "KERNEL") {
		t.Errorf("exit code %d, text %s", code, out)
	}
}

func TestBench(t *testing.T) {
	out, errs, code := run(t, "bench", spots, "--runs", "5", "--time", "10ms", "--threads", "1", "--json")
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	r := lines[benchResult](t, out)[0]
	if r.Runs != 5 || r.Threads != 1 || !(r.MinMS <= r.P50MS && r.P50MS <= r.P90MS && r.P90MS <= r.P99MS) || r.PeakGMACs <= 0 || r.MACs <= 0 {
		t.Errorf("result %s", out)
	}
	if out, _, code := run(t, "bench", spots, "--time", "20ms"); code != cli.OK || !strings.Contains(out, "p90") {
		t.Errorf("exit code %d, text %s", code, out)
	}
}

func TestDoctor(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("OCELLUS_HOME", dir)
	t.Setenv("OCELLUS_MODELS", "")
	out, _, code := run(t, "doctor")
	if code != cli.Missing || !strings.Contains(out, "models fetch") || !strings.Contains(out, "gemm: ") {
		t.Errorf("exit code %d without models, text %s", code, out)
	}
	out, errs, code := run(t, "doctor", "--models", filepath.Dir(spots), "--json")
	if code != cli.OK {
		t.Fatalf("exit code %d: %s%s", code, out, errs)
	}
	d := lines[diagnosis](t, out)[0]
	if d.CPU == "" || d.Cores < 1 || d.Kernels["gemm"] == "" || len(d.Found) != 3 || d.Found[1].Name != "spots" || d.Found[1].Task != "detect" {
		t.Errorf("diagnosis %s", out)
	}
	t.Setenv("OCELLUS_CPU", "abacus")
	if out, _, code := run(t, "doctor", "--models", filepath.Dir(spots)); code != cli.Missing || !strings.Contains(out, "abacus") {
		t.Errorf("exit code %d with an unknown OCELLUS_CPU, text %s", code, out)
	}
}

func TestVersion(t *testing.T) {
	out, _, code := run(t, "version", "--json")
	if b := lines[cli.Build](t, out)[0]; code != cli.OK || b.Go == "" || b.Version == "" {
		t.Errorf("exit code %d, %s", code, out)
	}
}

// TestHelp demands that the help of every command teaches by example, and that
// exit codes are told.
func TestHelp(t *testing.T) {
	out, _, code := run(t, "--help")
	if code != cli.OK || !strings.Contains(out, "Exit codes") || !strings.Contains(out, "130") {
		t.Errorf("exit code %d, help %s", code, out)
	}
	if none, _, _ := run(t); none != out {
		t.Error("no arguments do not print the help")
	}
	for _, command := range []string{"detect", "classify", "infer", "inspect", "bench", "selftest", "doctor"} {
		out, _, code := run(t, command, "--help")
		if code != cli.OK || !strings.Contains(out, "Examples:") || !strings.Contains(out, "ocellus "+command) || !strings.Contains(out, "--json") {
			t.Errorf("%s: exit code %d, help %s", command, code, out)
		}
	}
	for _, command := range []string{"run", "config init"} {
		out, _, _ := run(t, append(strings.Fields(command), "--help")...)
		if !strings.Contains(out, sourceKinds()) {
			t.Errorf("%s: the kinds of sources are no table in %s", command, out)
		}
	}
}
