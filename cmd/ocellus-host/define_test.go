package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

func TestDefine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "net.onnx")
	out, errs, code := run(t, "models", "define", "lenet5", "--size", "32", "--classes", "7", "--seed", "4", "--out", file)
	if code != cli.OK || !strings.Contains(out, file) {
		t.Fatalf("exit code %d, %s%s", code, out, errs)
	}
	g, err := onnx.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := g.Inputs[0].Dims; d[1] != nn.D(1) || d[2] != nn.D(32) {
		t.Errorf("input %v", d)
	}
	m, err := meta.Parse(g.Meta)
	if err != nil {
		t.Fatal(err)
	}
	if m.Task != "classify" || m.Preprocess.Elems() != 32*32 || !strings.Contains(m.Provenance.Notes, "seed 4") {
		t.Errorf("metadata %+v", m)
	}
}

func TestDefineLists(t *testing.T) {
	out, _, code := run(t, "models", "define")
	if code != cli.OK {
		t.Errorf("exit code %d", code)
	}
	for _, d := range models.Definitions() {
		if !strings.Contains(out, d.Name) {
			t.Errorf("%s is not listed", d.Name)
		}
	}
}

func TestDefineRefuses(t *testing.T) {
	out := filepath.Join(t.TempDir(), "net.onnx")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"nobody", "--out", out}, cli.Usage, "resnet18"},
		{[]string{"lenet5"}, cli.Usage, "--out"},
		{[]string{"--out", out}, cli.Usage, "which network"},
		{[]string{"resnet18", "--size", "33", "--out", out}, cli.Usage, "multiple of 8"},
		{[]string{"lenet5", "--out", filepath.Join(out, "not", "there.onnx")}, cli.Missing, "not"},
	} {
		_, errs, code := run(t, append([]string{"models", "define"}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d, %s; want %d and %q", c.args, code, errs, c.code, c.says)
		}
	}
}
