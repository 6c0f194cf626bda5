package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/npy"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/golden"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// writeNet writes a network; with metadata it is one that define makes.
func writeNet(t *testing.T, described bool) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "net.onnx")
	if described {
		if _, errs, code := run(t, "models", "define", "lenet5", "--channels", "3", "--out", file); code != cli.OK {
			t.Fatal(errs)
		}
		return file
	}
	g, err := models.LeNet5(models.Options{Channels: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := onnx.WriteFile(file, g); err != nil {
		t.Fatal(err)
	}
	return file
}

// writePictures makes a folder of n pictures.
func writePictures(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		m := image.NewRGBA(image.Rect(0, 0, 40, 30))
		for k := range 40 * 30 {
			m.Set(k%40, k/40, color.RGBA{uint8(k * (i + 3)), uint8(k * 7), uint8(k / 5), 255})
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%d.png", i)))
		if err != nil {
			t.Fatal(err)
		}
		if err := png.Encode(f, m); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func writeArrays(t *testing.T, ts ...*nn.Tensor) string {
	t.Helper()
	dir := t.TempDir()
	for i, a := range ts {
		if err := npy.WriteFile(filepath.Join(dir, fmt.Sprintf("x%d.npy", i)), a); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func sample(side int) *nn.Tensor {
	x := nn.NewTensor(nn.Float32, nn.S(1, 3, side, side))
	for i := range x.F32() {
		x.F32()[i] = float32(i*37%256) / 255
	}
	return x
}

func TestQuantize(t *testing.T) {
	out := filepath.Join(t.TempDir(), "int8.onnx")
	for _, c := range []struct {
		name string
		args []string
		n    int
		said string // in the provenance
	}{
		{"pictures", []string{writeNet(t, true), "--calib", writePictures(t, 3)}, 3, "quantised to uint8, with weights in int8 by the channel; calibrated with 3 pictures"},
		{"pictures by flags", []string{writeNet(t, false), "--calib", writePictures(t, 2), "--colour", "rgb", "--scale", "1/255"}, 2, "calibrated with 2 pictures"},
		{"arrays", []string{writeNet(t, false), "--calib", writeArrays(t, sample(28), sample(28)), "--per-tensor"}, 2, ""},
		{"noise", []string{writeNet(t, true), "--random-calib", "4", "--activations", "int8"}, 4, "quantised to int8"},
	} {
		text, errs, code := run(t, append([]string{"quantize", "--json", "--out", out}, c.args...)...)
		if code != cli.OK {
			t.Errorf("%s: exit code %d, %s", c.name, code, errs)
			continue
		}
		var r quantized
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		if r.Samples != c.n || r.Weights != 10 || r.Vanished != 4 || r.BytesAfter*3 > r.BytesBefore {
			t.Errorf("%s: %+v", c.name, r)
		}
		if len(r.Outputs) != 1 || r.Outputs[0].Name != "fc3" || !(r.Outputs[0].Worst > 0 && r.Outputs[0].Worst < 0.1) {
			t.Errorf("%s: outputs %+v", c.name, r.Outputs)
		}
		g, err := onnx.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		m, err := meta.Parse(g.Meta)
		if err != nil {
			t.Fatal(err)
		}
		if c.said != "" && (m.Preprocess == nil || !strings.Contains(m.Provenance.Changes, c.said)) {
			t.Errorf("%s: metadata %v, want %q said", c.name, g.Meta, c.said)
		}
		known, err := golden.Parse(m.Golden)
		if err != nil || known.Integers == "" {
			t.Fatalf("%s: known answers %s, %v; want the integers' hash", c.name, m.Golden, err)
		}
		if err := known.Check(g, m, plan.WithFeatures(0)); err != nil {
			t.Errorf("%s: generic Go: %v", c.name, err)
		}
	}
	text, _, code := run(t, "quantize", "--out", out, writeNet(t, true), "--random-calib", "1")
	if code != cli.OK || !strings.Contains(text, "fc3: off by") || !strings.Contains(text, "in place of") {
		t.Errorf("exit code %d, %s", code, text)
	}
}

// Either kind of calibration is enough, so that none is shown as required.
func TestQuantizeUsage(t *testing.T) {
	text, _, code := run(t, "quantize", "--help")
	usage, _, _ := strings.Cut(text, "\n")
	if code != cli.OK || !strings.Contains(usage, "--out=FILE.onnx") || strings.Contains(usage, "calib") {
		t.Errorf("exit code %d, %s", code, usage)
	}
}

func TestQuantizeRefuses(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "int8.onnx")
	damaged := writePictures(t, 2)
	if err := os.WriteFile(filepath.Join(damaged, "1.png"), []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	done := filepath.Join(dir, "done.onnx")
	if _, errs, code := run(t, "quantize", writeNet(t, true), "--random-calib", "1", "--out", done); code != cli.OK {
		t.Fatal(errs)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no samples", []string{writeNet(t, true)}, cli.Usage, "--calib DIR, of pictures"},
		{"both", []string{writeNet(t, true), "--calib", dir, "--random-calib", "3"}, cli.Usage, "calib"},
		{"none", []string{writeNet(t, true), "--random-calib", "0"}, cli.Usage, "calib"},
		{"less than none", []string{writeNet(t, true), "--random-calib=-1"}, cli.Usage, "one input at least"},
		{"no such type", []string{writeNet(t, true), "--random-calib", "1", "--activations", "int4"}, cli.Usage, "int4"},
		{"no such model", []string{filepath.Join(dir, "gone.onnx"), "--random-calib", "1"}, cli.Missing, "gone.onnx"},
		{"no such folder", []string{writeNet(t, true), "--calib", filepath.Join(dir, "gone")}, cli.Missing, "gone"},
		{"an empty folder", []string{writeNet(t, true), "--calib", t.TempDir()}, cli.BadInput, "no picture"},
		{"colours unknown", []string{writeNet(t, false), "--calib", writePictures(t, 1)}, cli.Usage, "--colour"},
		{"a damaged picture", []string{writeNet(t, true), "--calib", damaged}, cli.BadInput, "1.png"},
		{"arrays of two shapes", []string{writeNet(t, false), "--calib", writeArrays(t, sample(28), sample(32))}, cli.BadInput, "x1.npy"},
		{"arrays that do not fit", []string{writeNet(t, false), "--calib", writeArrays(t, sample(8))}, cli.BadInput, "[1 3 8 8]"},
		{"quantised already", []string{done, "--random-calib", "1"}, cli.BadInput, "already"},
	} {
		_, errs, code := run(t, append([]string{"quantize", "--out", out}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d, %s; want %d and %q", c.name, code, errs, c.code, c.says)
		}
		if _, err := os.Stat(out); err == nil {
			t.Fatalf("%s: a file was written", c.name)
		}
	}
	if _, errs, code := run(t, "quantize", done, "--random-calib", "1", "--out", done); code != cli.Usage || !strings.Contains(errs, "another file") {
		t.Errorf("over itself: exit code %d, %s", code, errs)
	}
}
