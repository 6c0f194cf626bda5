package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

// toys are models that make faces of spots, and know people by their colour;
// see the tests of package ocellus.
var toys = []string{"--detector", spots, "--landmarks", "../../testdata/features.onnx", "--model", "../../testdata/tint.onnx"}

// person writes a picture with a square of that colour in the dark.
func person(t *testing.T, path string, x int, r, g, b uint8) string {
	t.Helper()
	m := vision.NewImage(128, 96)
	for j := range 10 {
		for i := range 10 {
			m.Set(x+i, 40+j, r, g, b)
		}
	}
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func people(t *testing.T) (dir, red, ruddy, blue, nobody string) {
	dir = t.TempDir()
	red = person(t, filepath.Join(dir, "a-red.png"), 20, 255, 180, 180)
	ruddy = person(t, filepath.Join(dir, "b-ruddy.png"), 80, 250, 185, 180)
	blue = person(t, filepath.Join(dir, "c-blue.png"), 50, 180, 180, 255)
	nobody = person(t, filepath.Join(dir, "d-nobody.png"), 50, 0, 0, 0)
	return
}

func TestFaceVerify(t *testing.T) {
	_, red, ruddy, blue, nobody := people(t)
	verify := func(args ...string) (verifyLine, string, int) {
		out, errs, code := run(t, append(append([]string{"face", "verify"}, toys...), args...)...)
		var l verifyLine
		if out != "" && !slices.Contains(args, "--text") {
			if err := json.Unmarshal([]byte(out), &l); err != nil {
				t.Fatalf("%v in %s", err, out)
			}
		}
		return l, out + errs, code
	}
	if l, said, code := verify(red, ruddy); code != cli.OK || !l.Same || l.Threshold != 0.2 || l.FAR == nil || l.FAR.Rate != 0.01 || l.FAR.Of != "colours" ||
		len(l.Faces) != 2 || l.Faces[0].Image != red || l.MS.Total <= 0 || l.Similarity <= 0.9 {
		t.Errorf("one person: exit code %d, %s", code, said)
	}
	if l, said, code := verify(red, blue); code != cli.Negative || l.Same || l.Distance <= 0.2 {
		t.Errorf("two people: exit code %d, %s", code, said)
	}
	if l, said, code := verify("--threshold", "1.5", red, blue); code != cli.OK || !l.Same || l.FAR != nil {
		t.Errorf("a high threshold, whose rate is not known: exit code %d, %s", code, said)
	}
	if l, said, code := verify("--mirror", "--margin", "0.1", red, blue); code != cli.Negative || l.Same || l.FAR != nil {
		t.Errorf("mirrored: exit code %d, %s", code, said)
	}
	if _, said, code := verify("--text", red, ruddy); code != cli.OK || !strings.Contains(said, "the same person") || !strings.Contains(said, "1 % of pairs (colours)") || !strings.Contains(said, "small") {
		t.Errorf("in words: exit code %d, %s", code, said)
	}
	for want, c := range map[string]struct {
		args []string
		code int
	}{
		"no face was found":         {[]string{red, nobody}, cli.BadInput},
		"absent.png":                {[]string{red, "absent.png"}, cli.Missing},
		"no model \"nought\"":       {[]string{"--model", "nought", red, blue}, cli.Missing},
		"is no distance":            {[]string{"--threshold=-1", red, blue}, cli.Usage},
		"outside -0.4 to 2":         {[]string{"--margin=3", red, blue}, cli.Usage},
		"--score 2 is outside":      {[]string{"--score=2", red, blue}, cli.Usage},
		"no ocellus.preprocess":     {[]string{"--landmarks", stranger(t, "mnist_onnx", "mnist-8.onnx"), red, blue}, cli.BadInput},
		"fewer than two":            {[]string{"--landmarks=none", red, blue}, cli.BadInput},
		"expected \"<b>\"":          {[]string{red}, cli.Usage},
		"no use as embedder":        {[]string{"--model", "../../testdata/features.onnx", red, blue}, cli.BadInput},
		"model tint is no detector": {[]string{"--detector", "../../testdata/tint.onnx", red, blue}, cli.BadInput},
	} {
		if _, said, code := verify(c.args...); code != c.code || !strings.Contains(said, want) {
			t.Errorf("%v: exit code %d, want %d and %q: %s", c.args, code, c.code, want, said)
		}
	}
}

func TestFaceCompare(t *testing.T) {
	dir, _, _, blue, nobody := people(t)
	page := filepath.Join(t.TempDir(), "page")
	out, errs, code := run(t, append([]string{"face", "compare", "--out", page, dir}, toys...)...)
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var r likenesses
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Faces) != 3 || len(r.Pairs) != 3 || !r.Pairs[0].Same || r.Pairs[0].A != 0 || r.Pairs[0].B != 1 || r.Pairs[1].Same {
		t.Errorf("got %s", out)
	}
	html, err := os.ReadFile(filepath.Join(page, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Who looks like whom", "a-red", "c-blue", "data:image/jpeg", "1 of 3 pairs", "1 %"} {
		if !bytes.Contains(html, []byte(want)) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if out, _, code := run(t, append([]string{"face", "compare", "--text", blue, nobody}, toys...)...); code != cli.Negative || !strings.Contains(out, "faces: 1, pairs: 0") {
		t.Errorf("one face: exit code %d, %s", code, out)
	}
	if _, errs, code := run(t, append([]string{"face", "compare", "--most", "2", dir}, toys...)...); code != cli.Usage || !strings.Contains(errs, "more than 2 faces") {
		t.Errorf("too many faces: exit code %d, %s", code, errs)
	}
	broken := filepath.Join(dir, "e-broken.png")
	if err := os.WriteFile(broken, []byte("no picture"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := run(t, append([]string{"face", "compare", dir}, toys...)...); code != cli.BadInput || !strings.Contains(errs, "e-broken.png") || !strings.Contains(out, `"errors"`) {
		t.Errorf("a damaged picture: exit code %d, %s%s", code, out, errs)
	}
}
