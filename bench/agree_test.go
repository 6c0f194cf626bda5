package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/bench/onnxruntime"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
)

// library opens ONNX Runtime, or skips the test where it has not been fetched.
func library(t *testing.T) *onnxruntime.Library {
	t.Helper()
	lib, err := (&peerFlags{ORT: os.Getenv("OCELLUS_ORT")}).open()
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		if err := lib.Close(); err != nil {
			t.Error(err)
		}
	})
	return lib
}

// run runs a command and returns its exit code and what it printed.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Run(app(), args, &cli.Env{Context: context.Background(), Stdout: &out, Stderr: &errs})
	return code, out.String(), errs.String()
}

// write makes an ONNX file of a graph with one node, whose input x is of
// these dimensions.
func write(t *testing.T, op nn.Op, dims ...nn.Dim) string {
	t.Helper()
	b := nn.NewBuilder("one")
	b.Output(b.Node("y", op, b.Input("x", nn.Float32, dims...)))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "one.onnx")
	if err := onnx.WriteFile(file, g); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestWhoseSigmoidIsOff holds both sigmoids against float64. ONNX Runtime's is
// as good as float32 near 1, but near 0 it is off by as much, which leaves few
// digits or none; that is what --absolute is for.
func TestWhoseSigmoidIsOff(t *testing.T) {
	const absolute = 2e-7 // of --absolute
	n, err := openNet(library(t), write(t, &nn.Sigmoid{}, nn.D(4096)), nil, false)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if err := n.fill(func(x *nn.Tensor) error {
		for i := range x.F32() {
			x.F32()[i] = -20 + 40*float32(i)/4096
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.run(); err != nil {
		t.Fatal(err)
	}
	peer, err := n.peer.Output("y")
	if err != nil {
		t.Fatal(err)
	}
	var ours, ort, ortAbsolute float64
	for i, x := range n.inputs["x"].F32() {
		want := 1 / (1 + math.Exp(-float64(x)))
		ours = max(ours, math.Abs(n.ours.Output(0).Float(i)-want)/want)
		off := math.Abs(peer.Float(i) - want)
		ort, ortAbsolute = max(ort, off/want), max(ortAbsolute, off)
	}
	t.Logf("largest error as a share of the value: Ocellus %.1e, ONNX Runtime %.1e; absolute error of ONNX Runtime %.1e", ours, ort, ortAbsolute)
	if ours > 1e-6 {
		t.Errorf("Ocellus is off by %.1e of the value", ours)
	}
	if ortAbsolute > absolute {
		t.Errorf("ONNX Runtime is off by %.1e, more than --absolute allows", ortAbsolute)
	}
	if ort < 1e-2 {
		t.Errorf("ONNX Runtime is off by only %.1e of the value: --absolute is needed no longer", ort)
	}
}

func agreements(t *testing.T, args ...string) (code int, all []agreement) {
	t.Helper()
	code, out, errs := run(t, append([]string{"agree", "--json"}, args...)...)
	for dec := json.NewDecoder(strings.NewReader(out)); dec.More(); {
		var a agreement
		if err := dec.Decode(&a); err != nil {
			t.Fatal(err, errs)
		}
		all = append(all, a)
	}
	return code, all
}

func demandAgreement(t *testing.T, code int, all []agreement, models int) {
	t.Helper()
	if code != cli.OK || len(all) != models {
		t.Errorf("exit code %d, %d models, want %d", code, len(all), models)
	}
	for _, a := range all {
		if !a.Agrees {
			t.Errorf("%s: %+v", a.Model, a)
		}
	}
}

// models returns the ONNX files of a folder of the shared data, in which there
// are so many at least.
func modelFiles(t *testing.T, least int, pattern ...string) []string {
	t.Helper()
	check.Shared(t)
	files, err := filepath.Glob(filepath.Join(append([]string{check.Shared(t)}, pattern...)...))
	if err != nil || len(files) < least {
		t.Fatalf("%d files %v, %v; want %d", len(files), pattern, err, least)
	}
	return files
}

// skipWithoutLibrary is for tests whose command opens the library itself.
func skipWithoutLibrary(t *testing.T) {
	t.Helper()
	lib, err := (&peerFlags{ORT: os.Getenv("OCELLUS_ORT")}).open()
	if err != nil {
		t.Skip(err)
	}
	if err := lib.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestModelsAgree(t *testing.T) {
	skipWithoutLibrary(t)
	files := modelFiles(t, 11, "models", "*", "*.onnx")
	code, all := agreements(t, append(files, "--inputs", "2")...)
	demandAgreement(t, code, all, len(files))
	code, all = agreements(t, append(files, "--inputs", "1", "--rewrite")...)
	demandAgreement(t, code, all, len(files))
}

func TestLightModelsAgree(t *testing.T) {
	skipWithoutLibrary(t)
	if testing.Short() {
		t.Skip("they are as large as their originals once loaded")
	}
	files := modelFiles(t, 7, "onnx_light", "*.onnx")
	code, all := agreements(t, append(files, "--inputs", "1")...)
	demandAgreement(t, code, all, len(files))
}

func TestFacesAgree(t *testing.T) {
	skipWithoutLibrary(t)
	files := modelFiles(t, 2, "models", "face-antispoof-98.20", "*.onnx")
	code, all := agreements(t, append(files, "--inputs", "0", "--crops", "8",
		"--picture", check.Shared(t, "reference_opencv46", "face-antispoof-98.20", "input.png"))...)
	demandAgreement(t, code, all, len(files))

	// With a face in sight and the range of values that this net was made for,
	// a score is large, and then it agrees by the largest magnitude too.
	files = modelFiles(t, 2, "models", "yunet", "*.onnx")
	code, all = agreements(t, append(files, "--inputs", "0", "--crops", "0", "--white", "255",
		"--picture", check.Shared(t, "samples", "face_two_people.jpg"))...)
	demandAgreement(t, code, all, len(files))
	for _, a := range all {
		var best difference
		for _, d := range a.Outputs {
			if strings.HasPrefix(d.Output, "obj_") && d.Largest > best.Largest {
				best = d
			}
		}
		if best.Largest < 0.5 || best.Off > a.Tolerance.Relative {
			t.Errorf("%s: the best of the scores: %+v", a.Model, best)
		}
	}
}

// TestDisagreementIsFound gives the command what the engines cannot agree on:
// a tolerance that float32 does not have.
func TestDisagreementIsFound(t *testing.T) {
	skipWithoutLibrary(t)
	file := write(t, &nn.Sigmoid{}, nn.D(1), nn.D(1000))
	code, all := agreements(t, file, "--tolerance", "1e-12", "--absolute", "0")
	if code != cli.Negative || len(all) != 1 || all[0].Agrees || all[0].Outputs[0].Off == 0 {
		t.Errorf("exit code %d, %+v", code, all)
	}
	if code, out, _ := run(t, "agree", file, "--tolerance", "1e-12", "--absolute", "0"); code != cli.Negative || !strings.Contains(out, "DIFFERS by") {
		t.Errorf("exit code %d, %s", code, out)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	code, _, errs := run(t, "agree", "net.onnx", "--ort", filepath.Join(t.TempDir(), "none.so"))
	if code != cli.Missing || !strings.Contains(errs, "scripts/onnxruntime.sh") {
		t.Errorf("no library: exit code %d, %s", code, errs)
	}
	if code, _, errs := run(t, "time", "net.onnx", "--rounds", "0"); code != cli.Usage {
		t.Errorf("no rounds: exit code %d, %s", code, errs)
	}
	skipWithoutLibrary(t)
	open := write(t, &nn.Sigmoid{}, nn.D(1), nn.Sym("length"))
	code, all := agreements(t, open, filepath.Join(t.TempDir(), "none.onnx"))
	if code != cli.Negative || len(all) != 2 || !strings.Contains(all[0].Why, "--dim length=SIZE") || !strings.Contains(all[1].Why, "none.onnx") {
		t.Errorf("exit code %d, %+v", code, all)
	}
	code, all = agreements(t, open, "--dim", "length=7")
	demandAgreement(t, code, all, 1)
}

func TestTimesAreWritten(t *testing.T) {
	skipWithoutLibrary(t)
	file, dir := write(t, &nn.Sigmoid{}, nn.D(1), nn.D(3), nn.D(16), nn.D(24)), filepath.Join(t.TempDir(), "new")
	code, out, errs := run(t, "time", file, filepath.Join(dir, "none.onnx"), "--rounds", "3", "--turn", "1ms", "--out", dir)
	if code != cli.Negative {
		t.Errorf("exit code %d though one net is not there: %s", code, errs)
	}
	md, err := os.ReadFile(filepath.Join(dir, "peers.md"))
	if err != nil || string(md) != out || !strings.Contains(out, "one @24×16") || !strings.Contains(out, "NOT TIMED: ") {
		t.Errorf("peers.md: %v\n%s\nprinted:\n%s", err, md, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "peers.json"))
	var r result
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err != nil || len(r.Nets) != 1 || len(r.Failed) != 1 || len(r.Means) == 0 {
		t.Fatalf("peers.json: %v\n%s", err, raw)
	}
	n := r.Nets[0]
	if !(n.PeerMS > 0 && n.OursMS > 0 && n.RatioLow <= n.Ratio && n.Ratio <= n.RatioHigh && n.Off < 1e-6 && r.Peak > 0) {
		t.Errorf("%+v", n)
	}
}
