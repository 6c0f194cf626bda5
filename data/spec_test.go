package data

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

// square is a PNG of side² pixels of one grey.
func square(t testing.TB, side int, grey byte) []byte {
	t.Helper()
	m := vision.NewImage(side, side)
	for i := range m.Pix {
		m.Pix[i] = grey
	}
	var b bytes.Buffer
	if err := m.EncodePNG(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cifarTar is an archive with entries in the order given: name, content.
func cifarTar(t testing.TB, entries ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		body := entries[i+1].([]byte)
		if err := w.WriteHeader(&tar.Header{Name: entries[i].(string), Mode: 0o600, Size: int64(len(body)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		w.Write(body)
	}
	w.Close()
	return zipped(b.Bytes())
}

// wantSkipped asks for so many things left out, all *ErrFile, and that strict
// refuses them.
func wantSkipped(t *testing.T, spec string, parts ...string) *Labelled {
	t.Helper()
	s, err := OpenLabelled(spec, Train, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Skipped) != len(parts) {
		t.Errorf("%s: skipped %v, want %d", spec, s.Skipped, len(parts))
	}
	for i, p := range parts {
		if i < len(s.Skipped) && !strings.Contains(s.Skipped[i].Error(), p) {
			t.Errorf("%s: %q does not name %q", spec, s.Skipped[i], p)
		}
	}
	for _, err := range s.Skipped {
		sound(t, err)
	}
	_, err = OpenLabelled(spec, Train, Options{Strict: true})
	sound(t, err)
	if (err != nil) != (len(parts) > 0) {
		t.Errorf("%s: strict: %v", spec, err)
	}
	return s
}

func TestFolders(t *testing.T) {
	dir := writeFiles(t, map[string][]byte{
		"train/cat/1.png": square(t, 2, 1), "train/cat/2.png": square(t, 2, 2), "train/cat/notes.txt": nil,
		"train/dog/1.png": square(t, 2, 3), "train/readme.md": nil,
		"test/dog/9.png": square(t, 2, 4), "test/cow/9.png": square(t, 2, 4),
		"train/empty/.keep": nil,
	})
	s := wantSkipped(t, "folders:"+dir, "notes.txt", "empty", "readme.md")
	if fmt.Sprint(s.Classes, s.Counts()) != "[cat dog empty] [2 1 0]" {
		t.Errorf("%v %v", s.Classes, s.Counts())
	}
	test, err := OpenLabelled(dir, Test, Options{})
	if err != nil || test.Len() != 1 || test.Classes[test.Label(0)] != "dog" || len(test.Skipped) != 1 {
		t.Errorf("%+v, %v", test, err)
	}
	if _, err := OpenLabelled(dir, Val, Options{}); err == nil {
		t.Error("a part that is not there is read")
	}
	if x, err := s.Sample(2); err != nil || x.Label != 1 || x.Image.Pix[0] != 3 {
		t.Errorf("%v, %v", x, err)
	}
}

func TestFoldersSplitByUs(t *testing.T) {
	files := map[string][]byte{}
	for i := range 20 {
		files[fmt.Sprintf("a/%02d.png", i)] = square(t, 2, byte(i))
		files[fmt.Sprintf("b/%02d.png", i)] = square(t, 2, byte(i))
	}
	dir := writeFiles(t, files)
	train, err := OpenLabelled("folders:"+dir, Train, Options{})
	if err != nil {
		t.Fatal(err)
	}
	test, _ := OpenLabelled("folders:"+dir, Test, Options{})
	if train.Len() != 36 || test.Len() != 4 || test.Counts()[0] != 2 {
		t.Errorf("%d and %d", train.Len(), test.Len())
	}
	hash := train.Hash()
	name := train.Name(0)
	if err := os.WriteFile(name, square(t, 2, 99), 0o600); err != nil {
		t.Fatal(err)
	}
	if again, _ := OpenLabelled("folders:"+dir, Train, Options{}); again.Hash() == hash {
		t.Error("the hash does not tell another picture")
	}
	os.Remove(name)
	_, err = train.Image(0)
	sound(t, err)
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a picture that is gone: %v", err)
	}
}

func TestCIFARArchive(t *testing.T) {
	good := square(t, 32, 7)
	batch := cifarTar(t, "train/3_cat/1.png", good, "train/5_dog/2.png", good, "train/3_dog/3.png", good,
		"train/12_cow/4.png", good, "train/x.txt", []byte("?"), "train/0_airplane/5.png", square(t, 31, 1))
	dir := writeFiles(t, map[string][]byte{"data_batch_1.tar.gz": batch})
	s := wantSkipped(t, "cifar10:"+dir, "3_dog", "12_cow", "x.txt")
	if s.Len() != 3 || s.Label(0) != 3 || s.Label(1) != 5 || s.Classes[5] != "dog" {
		t.Errorf("%v", s)
	}
	if m, err := s.Image(0); err != nil || m.Pix[0] != 7 {
		t.Errorf("%v, %v", m, err)
	}
	_, err := s.Image(2)
	if sound(t, err); err == nil {
		t.Error("a picture of another size is read")
	}
	plain := cifarTar(t, "train/3_cat/1.png", good, "train/5_dog/2.png", good)
	if err := os.WriteFile(filepath.Join(dir, "data_batch_1.tar.gz"), plain[:len(plain)-20], 0o600); err != nil {
		t.Fatal(err)
	}
	if s := wantSkipped(t, dir, "cut short"); s.Len() == 0 {
		t.Error("nothing is left of an archive that is cut short")
	}
}

func TestCIFARBinary(t *testing.T) {
	rec := func(class byte) []byte {
		b := make([]byte, cifarRecord)
		b[0], b[1], b[1+cifarPlane], b[1+2*cifarPlane] = class, 10, 20, 30
		return b
	}
	all := bytes.Join([][]byte{rec(3), rec(77), rec(9)}, nil)
	dir := writeFiles(t, map[string][]byte{"data_batch_1.bin": all, "data_batch_2.bin": all[:5000], "test_batch.bin": rec(1),
		"batches.meta.txt": []byte(strings.Join(cifarClasses, "\n"))})
	s := wantSkipped(t, dir, "data_batch_1.bin[1]", "cut short")
	m, err := s.Image(1)
	if err != nil || s.Len() != 3 || s.Label(1) != 9 || m.Pix[0] != 10 || m.Pix[1] != 20 || m.Pix[2] != 30 {
		t.Errorf("%d, %v, %v", s.Len(), m, err)
	}
	if test, err := OpenLabelled(dir, Test, Options{}); err != nil || test.Len() != 1 || test.Label(0) != 1 {
		t.Errorf("%v, %v", test, err)
	}
}

func TestOpenPeople(t *testing.T) {
	files := map[string][]byte{"x.tar": archive(t, map[string][]byte{"Zoe/Zoe_0001.png": square(t, 3, 9)})}
	for i := range 50 {
		files[fmt.Sprintf("P%02d/P%02d_0001.png", i, i)] = square(t, 2, byte(i))
		files[fmt.Sprintf("P%02d/P%02d_0002.png", i, i)] = square(t, 2, byte(i+100))
	}
	dir := writeFiles(t, files)
	parts := map[string]*Labelled{}
	for _, p := range []string{Train, Test, All} {
		s, err := OpenLabelled("people:"+dir, p, Options{Strict: true})
		if err != nil {
			t.Fatal(err)
		}
		parts[p] = s
	}
	if n := len(parts[Test].Classes); n < 1 || n > 15 || n+len(parts[Train].Classes) != 51 || parts[All].Len() != 101 {
		t.Errorf("%d and %d people", n, len(parts[Train].Classes))
	}
	all := parts[All]
	if m, err := all.Image(100); err != nil || m.W != 3 || all.Classes[all.Label(100)] != "Zoe" {
		t.Errorf("%v, %v", m, err)
	}
}

func TestOpenLandmarks(t *testing.T) {
	csv := "image,x1,y1,x2,y2,leye_x,leye_y,reye_x,reye_y,nose_x,nose_y\n" +
		"a_0001.png,0,0,4,4,1,1,3,1,2,2\nb_0001.png,0,0,4,4,1,1,3,1,2,2\nno.png,0,0,4,4,1,1,3,1,2,2\n" +
		"a_0002.png,4,4,0,0,1,1,3,1,2,2\na_0003.png,0,0,4,4,nan,1,3,1,2,2\na_0001.png,0,0,4,4,1,1,3,1,2,2\n" +
		"../b.png,0,0,4,4,1,1,3,1,2,2\nshort.png,1\n"
	dir := writeFiles(t, map[string][]byte{"l.csv": []byte(csv), "a_0001.png": square(t, 8, 1), "b/b_0001.png": square(t, 8, 2)})
	s, err := OpenLandmarks(filepath.Join(dir, "l.csv"), All, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(s.Names, s.swap, s.Len(), len(s.Skipped)) != "[leye reye nose] [1 0 2] 2 6" {
		t.Errorf("%v %v %d %v", s.Names, s.swap, s.Len(), s.Skipped)
	}
	x, err := s.Sample(1)
	if err != nil || x.Image.Pix[0] != 2 || len(x.Points) != 3 || x.Points[2] != (vision.Point{X: 2, Y: 2}) || len(x.Objects) != 1 {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := OpenLandmarks(filepath.Join(dir, "l.csv"), All, Options{Strict: true}); err == nil {
		t.Error("strict reads a file with lines that are wrong")
	}
	if form, err := landmarkHead("f", strings.Split("image,x1,y1,x2,y2,x3,y3", ",")); err != nil || form.box || fmt.Sprint(form.names) != "[1 2 3]" {
		t.Errorf("%+v, %v", form, err)
	}
}

func TestSpecsThatAreNone(t *testing.T) {
	for _, spec := range []string{"", "nothing:x", t.TempDir(), "folders:", "mnist:/none", "cifar10:" + t.TempDir(), "landmarks:none.csv", "people:" + t.TempDir()} {
		for _, part := range []string{Train, Test, "x"} {
			s, err := OpenSource(spec, part, Options{})
			if sound(t, err); err == nil || s != nil {
				t.Errorf("%q %s: %v, %v", spec, part, s, err)
			}
		}
	}
}

func TestRealSets(t *testing.T) {
	const shared = "../../shared/data/datasets/"
	if _, err := os.Stat(shared); err != nil {
		t.Skip("the shared data sets are not here: ", err)
	}
	for spec, want := range map[string]int{ // counts of MANIFEST.md, both parts
		shared + "cifar10_jpeg":         58000,
		shared + "mnist":                38000,
		shared + "lfw":                  8549,
		"landmarks:" + shared + "lfw":   4434,
		shared + "raccoon_kangaroo_364": 290,
	} {
		var n [2]int
		for i, part := range []string{Train, Test} {
			s, err := OpenSource(spec, part, Options{Strict: true})
			if err != nil {
				t.Fatalf("%s: %v", spec, err)
			}
			if x, err := s.Sample(s.Len() - 1); err != nil || x.Image == nil {
				t.Errorf("%s %s: %v", spec, part, err)
			}
			n[i] = s.Len()
		}
		if n[0]+n[1] != want || n[1]*20 < want || n[1]*4 > want {
			t.Errorf("%s: %d and %d, want %d in all", spec, n[0], n[1], want)
		}
	}
}
