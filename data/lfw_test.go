package data

import (
	"archive/tar"
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/vision"
)

func TestPairs(t *testing.T) {
	p, err := parsePairs("pairs.txt", strings.NewReader("2\t1\nA_B\t1\t4\nA_B\t2\tC\t3\nD\t1\t2\nE\t1\tF\t1\n"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Folds != 2 || len(p.Pairs) != 4 {
		t.Fatalf("%+v", p)
	}
	if want := (Pair{FaceRef{"A_B", 1}, FaceRef{"A_B", 4}, true, 0}); p.Pairs[0] != want {
		t.Errorf("%+v, want %+v", p.Pairs[0], want)
	}
	if want := (Pair{FaceRef{"E", 1}, FaceRef{"F", 1}, false, 1}); p.Pairs[3] != want {
		t.Errorf("%+v, want %+v", p.Pairs[3], want)
	}
	if got := p.Pairs[0].B.File(); got != "A_B/A_B_0004.jpg" {
		t.Errorf("file %s", got)
	}
	if p, err = parsePairs("pairs.txt", strings.NewReader("1\nA 1 2\nA 1 B 1\n")); err != nil || p.Folds != 1 || len(p.Pairs) != 2 {
		t.Errorf("one number at the head: %+v, %v", p, err)
	}
	for _, c := range []struct {
		text string
		line int
		why  string
	}{
		{"", 0, "the file ends"},
		{"1 2 3\n", 1, "3 fields"},
		{"0 300\n", 1, "outside"},
		{"1000 1000000\n", 1, "more than"},
		{"1 1\nA 1 2\n", 2, "pair 2 of fold 1"},
		{"1 1\nA 1 B 2\n", 2, "4 fields"},
		{"1 1\nA 1 2\nA 1 2\n", 3, "3 fields"},
		{"1 1\nA 1 x\n", 2, "no whole number"},
		{"1 1\nA 0 1\n", 2, "outside"},
		{"1 1\nA 1 1\n", 2, "with itself"},
		{"1 1\n../x 1 2\n", 2, "is no name"},
		{"1 1\nA 1 2\nA 1 B 1\nB 1 2\n", 4, "after the last"},
	} {
		_, err := parsePairs("pairs.txt", strings.NewReader(c.text))
		fault(t, c.text, err, "pairs.txt", c.line, c.why)
	}
}

func TestLandmarks(t *testing.T) {
	all := map[string]FaceMarks{}
	row := "A_0001.jpg,54,61,130,137,72.75,78.75,113.75,82.25,94.25,107.75,72.25,123.25,107.25,127.75\n"
	if err := parseLandmarks("l.csv", strings.NewReader(marksHeader+"\n"+row), all); err != nil {
		t.Fatal(err)
	}
	if m := all["A_0001.jpg"]; m.Box != (vision.Box{X1: 54, Y1: 61, X2: 130, Y2: 137}) || m.Points[0] != (vision.Point{X: 72.75, Y: 78.75}) || m.Points[4] != (vision.Point{X: 107.25, Y: 127.75}) {
		t.Errorf("%+v", m)
	}
	for _, c := range []struct {
		text string
		line int
		why  string
	}{
		{"", 0, "is empty"},
		{row, 1, "header"},
		{marksHeader + "\nA,1\n", 2, "fields"},
		{marksHeader + "\n" + row + row, 3, "twice"},
		{marksHeader + "\n" + strings.Replace(row, "72.75", "x", 1), 2, `leye_x "x"`},
		{marksHeader + "\n" + strings.Replace(row, "72.75", "NaN", 1), 2, `leye_x "NaN"`},
		{marksHeader + "\n" + strings.Replace(row, "54", "130", 1), 2, "empty"},
		{marksHeader + "\n../" + row, 2, "no name"},
		{marksHeader + "\n\"" + row, 2, "\""},
	} {
		err := parseLandmarks("l.csv", strings.NewReader(c.text), map[string]FaceMarks{})
		fault(t, c.text, err, "l.csv", c.line, c.why)
	}
}

// archive makes a tar file of these entries.
func archive(t testing.TB, entries map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, body := range entries {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(body))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// png is a grey picture whose width tells it from others.
func png(t testing.TB, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := vision.NewImage(width, 10).EncodePNG(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFaces(t *testing.T) {
	long := strings.Repeat("Long_", 39) // too long for a plain header
	dir := tree(t, map[string]string{"pics/In_Folder/In_Folder_0002.jpg": string(png(t, 30)), "one.tar": string(archive(t, map[string][]byte{
		"./A/A_0001.jpg": png(t, 10), "A/A_0002.jpg": png(t, 20), "A/readme": []byte("none"), long + "/" + long + "_0001.jpg": png(t, 40)}))})
	s, err := OpenFaces(filepath.Join(dir, "one.tar"), filepath.Join(dir, "pics"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for ref, want := range map[FaceRef]int{{"A", 1}: 10, {"A", 2}: 20, {"In_Folder", 2}: 30, {long, 1}: 40} {
		m, err := s.Load(ref)
		if err != nil || m.W != want {
			t.Errorf("%v: %v, %v, want a width of %d", ref, m, err, want)
		}
	}
	if _, err := s.Load(FaceRef{"A", 3}); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "A/A_0003.jpg") {
		t.Errorf("a picture that is not there: %v", err)
	}
	if _, err := s.Load(FaceRef{"../A", 1}); err == nil {
		t.Error("a name led out of the folder")
	}
	_, err = OpenFaces(filepath.Join(dir, "one.tar"), filepath.Join(dir, "one.tar"))
	fault(t, "the same twice", err, "one.tar", 0, "twice")
	_, err = OpenFaces(filepath.Join(dir, "pics", "In_Folder", "In_Folder_0002.jpg"))
	fault(t, "no tar file", err, "In_Folder_0002.jpg", 0, "tar")
	_, err = OpenFaces(filepath.Join(dir, "none"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestSharedLFW(t *testing.T) {
	dir := check.Shared(t, "datasets", "lfw")
	p, err := ReadPairs(filepath.Join(dir, "pairs.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Folds != 8 || len(p.Pairs) != 4800 {
		t.Fatalf("%d folds, %d pairs", p.Folds, len(p.Pairs))
	}
	tars, err := filepath.Glob(filepath.Join(dir, "fold*.tar"))
	if err != nil || len(tars) != 8 {
		t.Fatalf("%v, %v", tars, err)
	}
	s, err := OpenFaces(tars...)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(s.at) != 8549 {
		t.Errorf("%d pictures, want 8549", len(s.at))
	}
	for i, pair := range p.Pairs {
		for _, r := range []FaceRef{pair.A, pair.B} {
			if _, ok := s.at[r.File()]; !ok {
				t.Errorf("pair %d: %s is lacking", i, r.File())
			}
		}
		if i%400 == 0 {
			if m, err := s.Load(pair.B); err != nil || m.W != 176 || m.H != 176 {
				t.Errorf("pair %d: %v, %v", i, m, err)
			}
		}
	}
	marks, err := filepath.Glob(filepath.Join(dir, "landmarks_*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := ReadLandmarks(marks...)
	if err != nil || len(m) != 4434 {
		t.Errorf("landmarks of %d pictures, %v; want 4434", len(m), err)
	}
}
