package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

// toys are models that make faces of spots, and know people by their colour;
// see the tests of package ocellus.
var toys = []string{"--detector", spots, "--landmarks", "../../testdata/features.onnx", "--model", "../../testdata/tint.onnx"}

// crowd writes pictures of people in LFW's form: each has a colour and two
// pictures, of which Ghost's second shows nothing. In the corner of each
// picture is a stranger who is not to be taken.
func crowd(t *testing.T) (images, pairs string) {
	t.Helper()
	dir := t.TempDir()
	colours := map[string][3]uint8{"Ann": {255, 180, 180}, "Bob": {180, 180, 255}, "Cid": {180, 255, 180}, "Dan": {255, 255, 130}, "Ghost": {255, 130, 255}}
	for name, c := range colours {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 2; n++ {
			m := vision.NewImage(128, 96)
			square := func(x, y int, r, g, b uint8) {
				for j := range 10 {
					for i := range 10 {
						m.Set(x+i, y+j, r, g, b)
					}
				}
			}
			if name != "Ghost" || n == 1 {
				square(50+8*n, 44, c[0], c[1], c[2])
				square(4, 4, 255, 255, 255)
			}
			if err := m.SaveJPEG(filepath.Join(dir, name, fmt.Sprintf("%s_%04d.jpg", name, n)), 100); err != nil {
				t.Fatal(err)
			}
		}
	}
	pairs = filepath.Join(dir, "pairs.txt")
	text := "2\t2\nAnn\t1\t2\nBob\t1\t2\nAnn\t1\tBob\t1\nAnn\t2\tBob\t2\nCid\t1\t2\nGhost\t1\t2\nCid\t1\tDan\t1\nDan\t2\tCid\t2\n"
	if err := os.WriteFile(pairs, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir, pairs
}

func TestEvalFaces(t *testing.T) {
	images, pairs := crowd(t)
	out := t.TempDir()
	args := append([]string{"eval", "faces", "--pairs", pairs, "--images", images}, toys...)
	said, errs, code := run(t, append(args, "--json", "--out", out, "--record", filepath.Join(out, "lfw"), "--threads", "2")...)
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var r evalFacesResult
	if err := json.Unmarshal([]byte(said), &r); err != nil {
		t.Fatal(err)
	}
	f := &r.Figures
	// All pairs but the ghost's are right, in two folds of four; that one is below all.
	if f.Pairs != 8 || f.Missed != 1 || f.LFW == nil || f.LFW.Accuracy != 0.875 || f.LFW.Folds[1].Missed != 1 || f.AUC != 0.75 {
		t.Errorf("figures %+v", f)
	}
	if r.Pictures != 10 || len(r.Missed) != 1 || r.Missed[0] != "Ghost_0002.jpg" || len(r.SHA256) != 3 || r.MS <= 0 {
		t.Errorf("got %s", said)
	}
	// Nine pictures with a face make 36 pairs, of which four are of one person.
	if r.Impostors != 32 || len(r.FAR) == 0 || r.FAR[0].Threshold <= 0.2 {
		t.Errorf("false accepts %v of %d", r.FAR, r.Impostors)
	}
	for i := 1; i < len(r.FAR); i++ {
		if r.FAR[i].Rate < r.FAR[i-1].Rate || r.FAR[i].Threshold <= r.FAR[i-1].Threshold {
			t.Errorf("false accepts fall: %v", r.FAR)
		}
	}
	for file, want := range map[string][]string{
		"index.html": {"87.50 %", "The worst pairs", "Ghost_0001.jpg, Ghost_0002.jpg", "a face was missed"},
		"lfw.md":     {"| Accuracy | 87.50 %", "| fold |", "eval faces --pairs"},
		"lfw.json":   {`"accuracy": 0.875`},
	} {
		text, err := os.ReadFile(filepath.Join(out, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !bytes.Contains(text, []byte(w)) {
				t.Errorf("%s lacks %q", file, w)
			}
		}
	}
	if said, errs, code = run(t, append(args, "--folds", "1")...); code != cli.OK || !strings.Contains(said, "4 of pairs.txt, folds 1") || strings.Contains(said, "Accuracy") {
		t.Errorf("one fold: exit code %d, %s%s", code, said, errs)
	}
	for want, c := range map[string]struct {
		args []string
		code int
	}{
		"the folds 1 to 2, not 3": {append(args, "--folds", "3"), cli.Usage},
		"nought":                  {append(args, "--model", "nought"), cli.Missing},
		"is in none of":           {append([]string{"eval", "faces", "--pairs", pairs, "--images", t.TempDir()}, toys...), cli.Missing},
	} {
		if _, errs, code := run(t, c.args...); code != c.code || !strings.Contains(errs, want) {
			t.Errorf("%v: exit code %d, want %d and %q: %s", c.args, code, c.code, want, errs)
		}
	}
}
