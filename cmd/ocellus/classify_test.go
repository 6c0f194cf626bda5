package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// halves writes a model that tells which half of a picture is brighter: its
// logits are six times the mean of either.
func halves(t *testing.T, described bool) string {
	t.Helper()
	b := nn.NewBuilder("halves")
	x := b.Input("x", nn.Float32, nn.Sym("batch"), nn.D(1), nn.D(8), nn.D(8))
	w := make([]float32, 2*64)
	for i := range 64 {
		w[i/4%2*64+i] = 6. / 32
	}
	b.Output(b.Node("logits", &nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, b.Node("flat", &nn.Flatten{Axis: 1}, x), b.Param("w", nn.T(w, 2, 64))))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if described {
		m := meta.Model{Task: "classify", Labels: []string{"left", "right"},
			Preprocess: &vision.Preprocess{Width: 8, Height: 8, Fit: vision.Stretch, Colour: vision.Gray, Scale: [3]float32{1. / 255}}}
		props, err := m.Props()
		if err != nil {
			t.Fatal(err)
		}
		g = g.WithMeta(props)
	}
	file := filepath.Join(t.TempDir(), "halves.onnx")
	if err := onnx.WriteFile(file, g); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestClassify(t *testing.T) {
	dir := t.TempDir()
	night(t, filepath.Join(dir, "a-left.png"), 20, 40)
	night(t, filepath.Join(dir, "b-right.png"), 100, 40)
	model := halves(t, true)
	out, errs, code := run(t, "classify", "--model", model, dir)
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	got := lines[classifyLine](t, out)
	if len(got) != 2 || got[0].Classes[0].Label != "left" || got[1].Classes[0].Label != "right" || len(got[0].Classes) != 2 || got[0].Model != "halves" || got[0].Width != 128 {
		t.Errorf("printed %s", out)
	}
	if p := got[0].Classes; p[0].Probability <= 0.5 || p[0].Probability+p[1].Probability < 0.999 {
		t.Errorf("probabilities %+v", p)
	}
	out, _, code = run(t, "classify", "--model", model, "--text", "--top", "1", filepath.Join(dir, "b-right.png"))
	if code != cli.OK || !strings.Contains(out, "b-right.png: right") || strings.Contains(out, "left\n") {
		t.Errorf("exit code %d, text %s", code, out)
	}
}

// TestClassifyDescribed says by flags what the metadata lacks.
func TestClassifyDescribed(t *testing.T) {
	dir := t.TempDir()
	picture := night(t, filepath.Join(dir, "right.png"), 100, 40)
	names := filepath.Join(dir, "names.txt")
	if err := os.WriteFile(names, []byte("links\nrechts\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	model := halves(t, false)
	out, errs, code := run(t, "classify", "--model", model, "--colour", "grey", "--scale", "1/255", "--fit", "stretch", "--labels", names, picture)
	if code != cli.OK || lines[classifyLine](t, out)[0].Classes[0].Label != "rechts" {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	if _, errs, code := run(t, "classify", "--model", model, picture); code != cli.Usage || !strings.Contains(errs, "--colour") {
		t.Errorf("nothing said: exit code %d, %s", code, errs)
	}
}

func TestClassifyFails(t *testing.T) {
	dir := t.TempDir()
	good := night(t, filepath.Join(dir, "left.png"), 20, 40)
	broken := filepath.Join(dir, "broken.png")
	if err := os.WriteFile(broken, []byte("\x89PNG\r\n\x1a\nno more"), 0o666); err != nil {
		t.Fatal(err)
	}
	model := halves(t, true)
	out, errs, code := run(t, "classify", "--model", model, broken, good)
	if code != cli.BadInput || !strings.Contains(errs, "broken.png") || !strings.Contains(out, `"error"`) || !strings.Contains(out, `"left"`) {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--model", spots, good}, cli.BadInput, "is no classifier"},
		{[]string{"--model", "nobody", good}, cli.Missing, "models fetch nobody"},
		{[]string{"--model", model, "--top", "0", good}, cli.Usage, "--top"},
		{[]string{"--model", model, "--labels", filepath.Join(dir, "none.txt"), good}, cli.Missing, "none.txt"},
		{[]string{"--model", model, filepath.Join(dir, "none.png")}, cli.Missing, "none.png"},
	} {
		if _, errs, code := run(t, append([]string{"classify"}, c.args...)...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d, %s", c.args, code, errs)
		}
	}
}
