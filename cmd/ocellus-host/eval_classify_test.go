package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

const lenet = weights + "/lenet5-mnist.onnx"

// digit draws a 0 (a ring), a 1 (a bar) or a 7 (two bars) as MNIST has them: 28
// pixels a side, white on black, the strokes about 3 pixels wide.
func digit(class, shift int) *vision.Image {
	m := vision.NewImage(28, 28)
	for y := range 28 {
		for x := range 28 {
			fx, fy := float64(x-shift)-13.5, float64(y)-13.5
			off := math.Inf(1) // how far from the stroke
			switch {
			case class == 0:
				off = math.Abs(math.Hypot(fx*1.3, fy) - 8)
			case class == 1 && math.Abs(fy) < 9:
				off = math.Abs(fx)
			case class == 7 && fy < -5 && fy > -10 && math.Abs(fx) < 6:
				off = math.Abs(fy + 8)
			case class == 7 && math.Abs(fy) < 9:
				off = math.Abs(fx + fy/2 - 2)
			}
			v := byte(255 * min(max(2.2-off, 0), 1))
			m.Set(x, y, v, v, v)
		}
	}
	return m
}

// digitSet is the classes of a small set, two pictures of each.
var digitSet = []int{7, 0, 1, 7, 0, 1}

// idxDigits writes the small set in MNIST's format, as a pair of that name.
func idxDigits(t *testing.T, dir, name, ending string, labels []int) {
	t.Helper()
	head := func(magic uint32, dims ...uint32) []byte {
		b := binary.BigEndian.AppendUint32(nil, magic)
		for _, d := range dims {
			b = binary.BigEndian.AppendUint32(b, d)
		}
		return b
	}
	pix, classes := head(0x803, uint32(len(labels)), 28, 28), head(0x801, uint32(len(labels)))
	for i, class := range labels {
		for p := range digit(digitSet[i], i%3-1).Pix {
			if p%3 == 0 {
				pix = append(pix, digit(digitSet[i], i%3-1).Pix[p])
			}
		}
		classes = append(classes, byte(class))
	}
	for file, b := range map[string][]byte{name + "-images-idx3-ubyte" + ending: pix, name + "-labels-idx1-ubyte" + ending: classes} {
		if ending == ".gz" {
			var z bytes.Buffer
			w := gzip.NewWriter(&z)
			w.Write(b)
			w.Close()
			b = z.Bytes()
		}
		if err := os.WriteFile(filepath.Join(dir, file), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// folderDigits writes the small set as folders, with the classes renamed.
func folderDigits(t *testing.T, dir string, names map[int]string) {
	t.Helper()
	for i, class := range digitSet {
		file := filepath.Join(dir, names[class], fmt.Sprintf("%d of it.png", i))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := digit(class, i%3-1).SavePNG(file); err != nil {
			t.Fatal(err)
		}
	}
}

// judged runs the command, which is to succeed.
func judged(t *testing.T, args ...string) *evalClassifyResult {
	t.Helper()
	out, errs, code := run(t, append([]string{"eval", "classify", "--json", "--model", lenet}, args...)...)
	var r evalClassifyResult
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != cli.OK {
		t.Fatalf("%v: exit code %d, %v, %s", args, code, err, errs)
	}
	return &r
}

// TestEvalClassify judges sets that have but one part, of every kind, with their
// classes in any order.
func TestEvalClassify(t *testing.T) {
	for name, make := range map[string]func(dir string) []string{
		"a test pair":         func(d string) []string { idxDigits(t, d, "t10k", "", digitSet); return []string{"mnist:" + d} },
		"a zipped pair":       func(d string) []string { idxDigits(t, d, "t3", ".gz", digitSet); return []string{d} },
		"a training pair":     func(d string) []string { idxDigits(t, d, "train", "", digitSet); return []string{d} },
		"the training part":   func(d string) []string { idxDigits(t, d, "train", "", digitSet); return []string{d, "--part", "train"} },
		"a pair of no part":   func(d string) []string { idxDigits(t, d, "more", ".gz", digitSet); return []string{d, "--part", "all"} },
		"folders":             func(d string) []string { folderDigits(t, d, digitNames); return []string{d, "--part", "all"} },
		"folders in a folder": func(d string) []string { folderDigits(t, d+"/test", digitNames); return []string{"folders:" + d} },
		"folders of a val":    func(d string) []string { folderDigits(t, d+"/valid", digitNames); return []string{d, "--part", "val"} },
		"names with numbers": func(d string) []string {
			folderDigits(t, d+"/test", map[int]string{0: "000", 1: "01", 7: "7"})
			return []string{d}
		},
	} {
		r := judged(t, append([]string{"--data"}, make(t.TempDir())...)...)
		if f := &r.Figures; f.Pictures != 6 || f.Right != 6 || f.Confusion[7][7] != 2 || f.Classes[1].Pictures != 2 || len(f.Classes) != 10 || len(r.Mistakes) != 0 {
			t.Errorf("%s: %d of %d right, confusion %v, %v", name, f.Right, f.Pictures, f.Confusion, r.Mistakes)
		}
		if r.DataHash == "" || r.SHA256 == "" || r.Figures.Bounds.Lo > 0.9 || !r.Figures.Calibration.ECE.Known() {
			t.Errorf("%s: %+v", name, r)
		}
		if name == "a training pair" && (r.Part != "all" || len(r.Notes) != 1) {
			t.Errorf("%s: part %s, notes %v", name, r.Part, r.Notes)
		}
	}
}

var digitNames = map[int]string{0: "0", 1: "1", 7: "7"}

// TestEvalClassifyNames: classes of other names are refused, left out, or
// matched through a list.
func TestEvalClassifyNames(t *testing.T) {
	dir := t.TempDir()
	folderDigits(t, dir, map[int]string{0: "null", 1: "one", 7: "Seven"})
	args := []string{"eval", "classify", "--model", lenet, "--part", "all", "--data", dir}
	if _, errs, code := run(t, args...); code != cli.BadInput || !strings.Contains(errs, "Seven, null, one") || !strings.Contains(errs, "--labels") {
		t.Errorf("exit code %d, %s", code, errs)
	}
	names := filepath.Join(t.TempDir(), "names.txt")
	if err := os.WriteFile(names, []byte("null\none\ntwo\n3\n4\n5\n6\nseven\n8\n9\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if r := judged(t, "--part", "all", "--data", dir, "--labels", names); r.Figures.Right != 6 || r.Figures.Classes[7].Name != "seven" {
		t.Errorf("%+v", r.Figures)
	}
	if err := os.Rename(filepath.Join(dir, "null"), filepath.Join(dir, "0")); err != nil {
		t.Fatal(err)
	}
	if r := judged(t, "--part", "all", "--data", dir, "--known-only"); r.Figures.Pictures != 2 || r.Figures.Right != 2 || len(r.Notes) != 1 {
		t.Errorf("%+v, notes %v", r.Figures, r.Notes)
	}
}

// TestEvalClassifyPage writes what there is to be written, of a set with a label
// that is wrong.
func TestEvalClassifyPage(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	idxDigits(t, dir, "t10k", "", []int{7, 0, 1, 7, 0, 3})
	prefix := filepath.Join(out, "record")
	text, errs, code := run(t, "eval", "classify", "--model", lenet, "--data", dir, "--page", out, "--record", prefix, "--threads", "3")
	if code != cli.OK || !strings.Contains(text, "83.33 % of 6 pictures right") || !strings.Contains(text, "[5]: 3, taken for 1") || !strings.Contains(text, "Stated by the model") {
		t.Errorf("exit code %d, %s%s", code, text, errs)
	}
	page, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Confusion", "The surest mistakes", "3, taken for 1", "95 % interval"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if md, err := os.ReadFile(prefix + ".md"); err != nil || !strings.Contains(string(md), "| 7 | 2 | 100.0 |") {
		t.Errorf("%s, %v", md, err)
	}
	if _, err := os.Stat(prefix + ".json"); err != nil {
		t.Error(err)
	}
}

// TestEvalClassifyBroken leaves out, or refuses, what cannot be read. A file that
// is no picture of the set is told, and does no harm.
func TestEvalClassifyBroken(t *testing.T) {
	dir := t.TempDir()
	folderDigits(t, dir, digitNames)
	if err := os.WriteFile(filepath.Join(dir, "1", "readme.txt"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if r := judged(t, "--part", "all", "--data", dir); r.Figures.Right != 6 || len(r.Left) != 1 {
		t.Errorf("%+v, left out %v", r.Figures, r.Left)
	}
	if err := os.WriteFile(filepath.Join(dir, "1", "cut.png"), []byte("\x89PNG\r\n\x1a\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	args := []string{"eval", "classify", "--model", lenet, "--part", "all", "--data", dir}
	out, errs, code := run(t, args...)
	if code != cli.BadInput || !strings.Contains(out, "100.00 % of 6 pictures") || !strings.Contains(out, "Left out") || !strings.Contains(errs, "cut.png") {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	if err := os.Remove(filepath.Join(dir, "1", "readme.txt")); err != nil {
		t.Fatal(err)
	}
	if out, errs, code := run(t, append(args, "--strict")...); code != cli.BadInput || out != "" || !strings.Contains(errs, "cut.png") {
		t.Errorf("strict: exit code %d, %s%s", code, out, errs)
	}
}

// TestEvalClassifyArchive judges an archive by itself, by a model whose classes
// are CIFAR-10's.
func TestEvalClassifyArchive(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "test_batch_more.tar.gz")
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, name := range []string{"test/3_cat/1.png", "test/9_truck/1.png"} {
		var p bytes.Buffer
		if err := vision.NewImage(32, 32).EncodePNG(&p); err != nil {
			t.Fatal(err)
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(p.Len()), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		w.Write(p.Bytes())
	}
	w.Close()
	z.Close()
	if err := os.WriteFile(file, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	names := filepath.Join(dir, "names.txt")
	if err := os.WriteFile(names, []byte("airplane\nautomobile\nbird\nCat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, spec := range []string{"cifar10:" + dir, "cifar10:" + file, file} {
		if f := judged(t, "--data", spec, "--labels", names).Figures; f.Pictures != 2 || f.Classes[3].Pictures != 1 || f.Classes[9].Pictures != 1 {
			t.Errorf("%s: %+v", spec, f)
		}
	}
}

func TestEvalClassifyRefused(t *testing.T) {
	dir := t.TempDir()
	idxDigits(t, dir, "t10k", "", digitSet)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"--data", dir, "--part", "train"}, cli.BadInput, "train-images-idx3-ubyte"},
		{[]string{"--data", dir, "--part", "dev"}, cli.Usage, "--part dev"},
		{[]string{"--data", dir, "--worst", "-1"}, cli.Usage, "--worst"},
		{[]string{"--data", filepath.Join(dir, "none")}, cli.Missing, "none"},
		{[]string{"--data", "boxes:" + dir}, cli.BadInput, "no data set"},
		{[]string{"--data", dir, "--labels", lenet + ".txt"}, cli.Missing, "lenet5-mnist.onnx.txt"},
		{[]string{"--data", dir, "--page", lenet + "/page"}, cli.Missing, "lenet5-mnist.onnx"},
	} {
		if _, errs, code := run(t, append([]string{"eval", "classify", "--model", lenet}, c.args...)...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit code %d, %s", c.args, code, errs)
		}
	}
}

// TestEvalShipped holds the figures of what we ship against its card.
func TestEvalShipped(t *testing.T) {
	if testing.Short() {
		t.Skip("looks at 8,000 pictures")
	}
	r := judged(t, "--data", "mnist:"+check.Shared(t, "datasets", "mnist"))
	if r.Figures.Right != 7953 || r.Figures.Pictures != 8000 || r.Stated["test_accuracy"] != float64(r.Figures.Accuracy) {
		t.Errorf("%d of %d right, the card says %v", r.Figures.Right, r.Figures.Pictures, r.Stated)
	}
}
