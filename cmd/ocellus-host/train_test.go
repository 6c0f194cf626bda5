package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

// shapes writes pictures of 16×16 with a horizontal or a vertical bar in
// noise, one folder a kind.
func shapes(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for k, class := range []string{"lying", "standing"} {
		if err := os.Mkdir(filepath.Join(dir, class), 0o777); err != nil {
			t.Fatal(err)
		}
		for i := range uint64(40) {
			m := vision.NewImage(16, 16)
			for p := range m.Pix {
				m.Pix[p] = byte(data.Draw(i, uint64(p)) % 100)
			}
			for at := range 10 {
				x, y := 3+at, 4+int(i%8)
				if k == 1 {
					x, y = y, x
				}
				m.Set(x, y, 255, 255, 255)
			}
			if err := m.SavePNG(filepath.Join(dir, class, fmt.Sprintf("%02d.png", i))); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// trained runs the command on the shapes.
func trained(t *testing.T, ctx context.Context, dir, out string, more ...string) (stdout, stderr string, code int) {
	t.Helper()
	args := append([]string{"train", "lenet5", "--data", dir, "--out", out, "--epochs", "6", "--batch", "16", "--validation", "0.2",
		"--augment", "none", "--size", "16", "--lr", "0.05", "--warm-up", "0", "--licence", "CC0-1.0"}, more...)
	var o, e bytes.Buffer
	code = cli.Run(app(), args, &cli.Env{Context: ctx, Stdout: &o, Stderr: &e})
	return o.String(), e.String(), code
}

// TestTrain trains, and uses what comes of it.
func TestTrain(t *testing.T) {
	dir, out := shapes(t), filepath.Join(t.TempDir(), "bars.onnx")
	prefix := filepath.Join(t.TempDir(), "record")
	stdout, stderr, code := trained(t, t.Context(), dir, out, "--record", prefix)
	if code != cli.OK || !strings.Contains(stdout, "100.00 % of 8 test pictures right") || !strings.Contains(stderr, "epoch 6/6") {
		t.Fatalf("exit code %d, %s%s", code, stdout, stderr)
	}
	s, err := ocellus.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	m := s.Meta()
	if m.Provenance.Licence != "CC0-1.0" || m.Metrics["test_accuracy"] != 1 || m.Golden == nil || strings.Contains(fmt.Sprint(*m.Provenance), dir) {
		t.Errorf("metadata %+v, provenance %+v", m, m.Provenance)
	}
	img, err := vision.Load(filepath.Join(dir, "standing", "03.png"))
	if err != nil {
		t.Fatal(err)
	}
	if c, _, err := s.Classify(t.Context(), img); err != nil || c[0].Label != "standing" {
		t.Errorf("%+v, %v", c, err)
	}
	run := strings.TrimSuffix(out, ".onnx") + ".train"
	var manifest trainManifest
	b, err := os.ReadFile(filepath.Join(run, "run.json"))
	if err == nil {
		err = json.Unmarshal(b, &manifest)
	}
	if err != nil || manifest.Config.Rate != 0.05 || manifest.Data.Learn == "" || manifest.Data.Test == "" || manifest.Result.Figures.Right != 8 {
		t.Errorf("manifest %s, %v", b, err)
	}
	page, err := os.ReadFile(filepath.Join(run, "index.html"))
	if err != nil || !strings.Contains(string(page), "Confusion") || !strings.Contains(string(page), "Rate of learning") {
		t.Errorf("the page lacks parts, %v", err)
	}
	if md, err := os.ReadFile(prefix + ".md"); err != nil || !strings.Contains(string(md), "standing") {
		t.Errorf("record %s, %v", md, err)
	}
}

// stopAfter is a writer that ends a context at the first line it gets.
type stopAfter struct {
	bytes.Buffer
	stop func()
}

func (s *stopAfter) Write(b []byte) (int, error) {
	s.stop()
	return s.Buffer.Write(b)
}

// TestTrainResumes stops a run after its first epoch, as Ctrl-C does, and goes
// on: the file has the bytes of a run that was not stopped.
func TestTrainResumes(t *testing.T) {
	dir := shapes(t)
	whole, stopped := filepath.Join(t.TempDir(), "a.onnx"), filepath.Join(t.TempDir(), "a.onnx")
	if _, errs, code := trained(t, t.Context(), dir, whole); code != cli.OK {
		t.Fatal(errs)
	}
	ctx, cancel := context.WithCancel(t.Context())
	errs := &stopAfter{stop: cancel}
	args := []string{"train", "lenet5", "--data", dir, "--out", stopped, "--epochs", "6", "--batch", "16", "--validation", "0.2",
		"--augment", "none", "--size", "16", "--lr", "0.05", "--warm-up", "0", "--restart", "--licence", "CC0-1.0"}
	code := cli.Run(app(), args, &cli.Env{Context: ctx, Stdout: &bytes.Buffer{}, Stderr: errs})
	if code != cli.Interrupted || !strings.Contains(errs.String(), "--warm-up 0 --licence CC0-1.0 --resume") {
		t.Fatalf("exit code %d, %s", code, errs)
	}
	if _, errs, code := trained(t, t.Context(), dir, stopped); code != cli.Usage || !strings.Contains(errs, "--resume goes on with it") {
		t.Errorf("without --resume: exit code %d, %s", code, errs)
	}
	if _, errs, code := trained(t, t.Context(), dir, stopped, "--resume", "--seed", "2"); code != cli.BadInput || !strings.Contains(errs, "seed is 1, not 2") {
		t.Errorf("with another seed: exit code %d, %s", code, errs)
	}
	if _, errs, code := trained(t, t.Context(), dir, stopped, "--resume", "--threads", "1"); code != cli.OK {
		t.Fatalf("exit code %d, %s", code, errs)
	}
	a, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(stopped)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("the file of the run that was stopped has other bytes")
	}
}

// A set that is smaller than the recipe's batch is learned from all the same,
// and it is said that the batch is another and the rate is not.
func TestTrainOfFewPictures(t *testing.T) {
	out := filepath.Join(t.TempDir(), "few.onnx")
	args := []string{"train", "lenet5", "--data", shapes(t), "--out", out, "--epochs", "1", "--validation", "0.5", "--augment", "none", "--size", "16"}
	_, errs, code := run(t, args...)
	if code != cli.OK || !strings.Contains(errs, "pictures to learn from are fewer than the recipe's batch of 64: a batch has ") || !strings.Contains(errs, ", at the recipe's rate (--batch and --lr set others)\n") {
		t.Errorf("exit code %d, %s", code, errs)
	}
	if manifest, err := os.ReadFile(filepath.Join(filepath.Dir(out), "few.train", "run.json")); err != nil || !bytes.Contains(manifest, []byte(`"rate": 0.05`)) {
		t.Errorf("another rate than the recipe's: %s, %v", manifest, err)
	}
	if _, err := os.Stat(out); err != nil {
		t.Error(err)
	}
}

// The form of a network is trained, and stands where it is named.
func TestTrainForm(t *testing.T) {
	out := filepath.Join(t.TempDir(), "small.onnx")
	args := []string{"train", "alexnet", "--data", shapes(t), "--out", out, "--epochs", "1", "--batch", "16", "--augment", "none", "--size", "12", "--width", "0.1", "--grouped"}
	stdout, errs, code := run(t, args...)
	const form = "alexnet, width 0.1, grouped"
	if code != cli.OK || !strings.Contains(stdout, form) {
		t.Fatalf("exit code %d, %s%s", code, stdout, errs)
	}
	s, err := ocellus.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := s.Meta().Provenance.Source; !strings.Contains(got, form) {
		t.Errorf("the file's source is %q", got)
	}
	if _, errs, code := run(t, append(args[:len(args)-1], "--resume")...); code != cli.BadInput || !strings.Contains(errs, "grouped is true, not false") {
		t.Errorf("another form resumed: exit code %d, %s", code, errs)
	}
}

func TestTrainRefused(t *testing.T) {
	dir, out := shapes(t), filepath.Join(t.TempDir(), "a.onnx")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"nobody", "--data", dir, "--out", out}, cli.Usage, "lenet5"},
		{[]string{"yolov8n", "--data", dir, "--out", out}, cli.Usage, "another task"},
		{[]string{"lenet5", "--data", dir, "--out", "a.bin"}, cli.Usage, ".onnx"},
		{[]string{"lenet5", "--data", filepath.Join(dir, "none"), "--out", out}, cli.Missing, "none"},
		{[]string{"lenet5", "--data", dir, "--out", out, "--batch", "1000"}, cli.Usage, "take a smaller one"},
		{[]string{"lenet5", "--data", dir, "--out", out, "--optimizer", "lion"}, cli.Usage, "adamw"},
		{[]string{"lenet5", "--data", dir, "--out", out, "--batch", "8", "--size", "13"}, cli.Usage, "multiple of 4"},
		{[]string{"lenet5", "--data", dir, "--out", out, "--batch", "8", "--resume"}, cli.Missing, "without --resume a run begins"},
		{[]string{"lenet5", "--data", dir, "--out", out, "--validation", "1"}, cli.Usage, "--validation"},
		{[]string{"lenet5", "--data", dir, "--out", out, "--width", "0.5"}, cli.Usage, "it comes in one width"},
		{[]string{"vgg16", "--data", dir, "--out", out, "--width", "5"}, cli.Usage, "width 5, want"},
		{[]string{"vgg16", "--data", dir, "--out", out, "--grouped"}, cli.Usage, "no grouped form"},
		{[]string{"lenet5", "--data", dir, "--out", out, "--augment", "twirl"}, cli.Usage, "no change and no preset"},
	} {
		if _, errs, code := run(t, append([]string{"train"}, c.args...)...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d, %s", c.args, code, errs)
		}
	}
}
