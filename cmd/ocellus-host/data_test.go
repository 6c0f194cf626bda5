package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/data/augment"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

// pictureFolders writes a set of two classes, each picture of its own noise.
func pictureFolders(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for i := range 40 {
		m := vision.NewImage(20, 16)
		r := augment.NewRand(uint64(i))
		for y := range m.H {
			for x := range m.W {
				m.Set(x, y, uint8(r.Intn(256)), uint8(r.Intn(256)), uint8(40*(i%2)))
			}
		}
		file := filepath.Join(dir, []string{"round", "square"}[i%2], fmt.Sprintf("%02d.png", i))
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := m.SavePNG(file); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDataCheck(t *testing.T) {
	dir := pictureFolders(t)
	out, errs, code := run(t, "data", "check", dir)
	if code != cli.OK || !strings.Contains(out, "Nothing is wrong.") || !strings.Contains(out, "18 round") {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	good, err := os.ReadFile(filepath.Join(dir, "round", "00.png"))
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"round/cut.png": good[:len(good)/2], "square/same.png": good, "square/note.txt": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, errs, code = run(t, "data", "check", "folders:"+dir)
	for _, want := range []string{"cut.png: damaged PNG", "note.txt: is no picture", "same.png (square)", "1 of two classes", "Something is wrong"} {
		if code != cli.Negative || !strings.Contains(out, want) {
			t.Errorf("exit code %d, no %q in %s%s", code, want, out, errs)
		}
	}
	out, _, code = run(t, "data", "check", "folders:"+dir, "--json")
	var r struct {
		OK                         bool
		Broken, Skipped, Conflicts int
		Exact                      []struct {
			Members []struct{ Class, Name string }
		}
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != cli.Negative || r.OK || r.Broken != 1 || r.Skipped == 0 || r.Conflicts != 1 || len(r.Exact[0].Members) != 2 {
		t.Errorf("exit code %d, %v, %+v", code, err, r)
	}
}

func TestDataPreview(t *testing.T) {
	dir, to := pictureFolders(t), t.TempDir()
	png, html := filepath.Join(to, "s.png"), filepath.Join(to, "s.html")
	out, errs, code := run(t, "data", "preview", dir, "--augment", "mirror,noise:30", "--out", png, "--count", "3", "--variants", "2", "--cell", "40")
	if code != cli.OK || !strings.Contains(out, "3 samples of 36") {
		t.Fatalf("exit code %d, %s%s", code, out, errs)
	}
	m, err := vision.Load(png)
	if err != nil || m.W != 3*44-4 || m.H != 3*(40+20+4) {
		t.Errorf("%v, %v", m, err)
	}
	// The second pixel of a cell belongs to the first of the sample, blown up:
	// where the sheet shows the sample as it is, its blue is 0 or 40.
	if _, _, b := m.At(1, 21); b != 0 && b != 40 {
		t.Errorf("the first picture of the sheet is not the sample: %d", b)
	}
	if _, errs, code = run(t, "data", "preview", dir, "--out", html); code != cli.OK {
		t.Fatalf("exit code %d, %s", code, errs)
	}
	page, err := os.ReadFile(html)
	if err != nil || strings.Count(string(page), "data:image/png") != 10 || !strings.Contains(string(page), "square") {
		t.Errorf("%d bytes, %v", len(page), err)
	}
}

func TestDataMistakes(t *testing.T) {
	dir := pictureFolders(t)
	t.Setenv("PATH", t.TempDir())
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"check " + t.TempDir(), cli.BadInput, "no kind"},
		{"check mnist:nowhere", cli.Missing, "nowhere"},
		{"check " + dir + " --show -1", cli.Usage, "--show"},
		{"preview " + dir + " --augment twist --out x.png", cli.Usage, "mirror"},
		{"preview " + dir + " --augment mosaic --out " + filepath.Join(dir, "x.png"), cli.BadInput, "mosaic"},
		{"preview " + dir + " --out x.gif", cli.Usage, ".png"},
		{"preview " + dir + " --out x.png --count 0", cli.Usage, "sheet"},
		{"preview " + dir + " --part some --out x.png", cli.BadInput, "train, val, test"},
		{"preview " + dir + " --out " + filepath.Join(dir, "none", "x.png"), cli.Missing, "x.png"},
		{"fetch mnist --to " + dir, cli.Missing, "go command"},
	} {
		_, errs, code := run(t, append([]string{"data"}, strings.Fields(c.args)...)...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit code %d, want %d: %s", c.args, code, c.code, errs)
		}
	}
}
