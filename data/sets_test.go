package data

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/vision"
)

// tree writes files under a new folder. Contents that begin with "picture" are
// replaced by a PNG of 200×100 pixels.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if text == "picture" {
			if err := vision.NewImage(200, 100).SavePNG(p); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fault demands an *ErrFile about that file and line.
func fault(t *testing.T, what string, err error, file string, line int, why string) {
	t.Helper()
	var e *ErrFile
	if !errors.As(err, &e) {
		t.Errorf("%s: %v, want an *ErrFile", what, err)
		return
	}
	if filepath.Base(e.File) != file || e.Line != line || !strings.Contains(e.Why, why) {
		t.Errorf("%s: %q at line %d of %s, want %q at line %d of %s", what, e.Why, e.Line, e.File, why, line, file)
	}
}

func TestYOLO(t *testing.T) {
	dir := tree(t, map[string]string{
		"classes.txt":  "cat\n dog \r\n\n",
		"images/a.png": "picture", "images/b.png": "picture", "images/notes.txt": "no picture", "images/.hidden.png": "picture",
		"labels/a.txt": "\ufeff1 0.5 0.5 0.25 0.5\r\n\n0 0.0500000 0.95 0.1001 0.1\n",
		"labels/b.txt": "",
	})
	s, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if s.Kind != "YOLO" || !slices.Equal(s.Classes, []string{"cat", "dog"}) || s.Len() != 2 {
		t.Fatalf("%s, %v, %d pictures", s.Kind, s.Classes, s.Len())
	}
	a, err := s.Picture(0)
	if err != nil {
		t.Fatal(err)
	}
	want := []Object{
		{Class: 1, Box: vision.Box{X1: 75, Y1: 25, X2: 125, Y2: 75}, Area: 2500},
		{Class: 0, Box: vision.Box{X1: 0, Y1: 90, X2: 20.01, Y2: 100}, Area: 200.1},
	}
	if a.W != 200 || a.H != 100 || a.Path != s.Path(0) || len(a.Objects) != 2 || a.Objects[0] != want[0] || a.Objects[1].Box != want[1].Box {
		t.Errorf("%+v, want %+v", a, want)
	}
	if b, err := s.Picture(1); err != nil || len(b.Objects) != 0 {
		t.Errorf("an empty file: %+v, %v", b, err)
	}
	only, err := s.Select("b*")
	if err != nil || only.Len() != 1 || filepath.Base(only.Path(0)) != "b.png" {
		t.Errorf("selected %+v, %v", only, err)
	}
	for p, err := range only.All() {
		if err != nil || filepath.Base(p.Path) != "b.png" {
			t.Errorf("walked over %+v, %v", p, err)
		}
	}
	if _, err := s.Select("[x"); err == nil {
		t.Error("a malformed pattern is taken")
	}
}

func TestYOLOFaults(t *testing.T) {
	for _, c := range []struct {
		labels string
		line   int
		why    string
	}{
		{"0 .5 .5 .1 .1\n\n0 .5 .5 .1\n", 3, "4 fields"},
		{"0 .5 .5 .1 .1 .9\n", 1, "6 fields"},
		{"2 .5 .5 .1 .1\n", 1, "class 2 is outside 0 to 1"},
		{"-1 .5 .5 .1 .1\n", 1, "outside"},
		{"0.0 .5 .5 .1 .1\n", 1, "no whole number"},
		{"0 .5 x .1 .1\n", 1, `cy "x" is no number`},
		{"0 NaN .5 .1 .1\n", 1, "no number"},
		{"0 .5 .5 1e999 .1\n", 1, "no number"},
		{"0 .5 .5 -.1 .1\n", 1, "out of the picture"},
		{"0 .99 .5 .1 .1\n", 1, "out of the picture"},
		{strings.Repeat("9", maxLine+1), 1, "longer"},
		{strings.Repeat("0 .5 .5 .1 .1\n", maxObjects+1), maxObjects + 1, "more than"},
	} {
		_, err := parseYOLO("x/a.txt", strings.NewReader(c.labels), 200, 100, 2)
		fault(t, c.why, err, "a.txt", c.line, c.why)
	}
	dir := tree(t, map[string]string{"classes.txt": "cat\ncat\n", "images/a.png": "no picture at all", "labels/x": ""})
	_, err := Open(dir, "")
	fault(t, "class twice", err, "classes.txt", 2, "twice")
	if err := os.WriteFile(filepath.Join(dir, "classes.txt"), []byte("cat"), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Picture(0)
	fault(t, "a bad picture", err, "a.png", 0, "text")
	if err := vision.NewImage(2, 2).SavePNG(filepath.Join(dir, "images", "a.png")); err != nil {
		t.Fatal(err)
	}
	_, err = s.Picture(0)
	fault(t, "no label file", err, "a.txt", 0, "no such file")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	_, err = Open(t.TempDir(), "")
	fault(t, "an empty folder", err, filepath.Base(err.(*ErrFile).File), 0, "is no data set")
}

const vocXML = `<?xml version="1.0"?>
<annotation verified="yes">
	<folder>x</folder><filename>one.png</filename>
	<size><width>200</width><height>100</height><depth>3</depth></size>
	<object>
		<name>dog</name><difficult>1</difficult>
		<bndbox><xmin>11</xmin><ymin>21</ymin><xmax>50</xmax><ymax>60.5</ymax></bndbox>
		<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>
	</object>
	<object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>200</xmax><ymax>100</ymax></bndbox></object>
</annotation>
`

func TestVOC(t *testing.T) {
	dir := tree(t, map[string]string{
		"Annotations/1.xml": vocXML, "JPEGImages/one.png": "picture",
		"Annotations/2.xml": "<annotation><object><name>ant</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax></bndbox></object></annotation>",
	})
	s, err := Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if s.Kind != "Pascal VOC" || !slices.Equal(s.Classes, []string{"ant", "cat", "dog"}) || s.Len() != 2 {
		t.Fatalf("%s, %v, %d pictures", s.Kind, s.Classes, s.Len())
	}
	p, err := s.Picture(0)
	want := []Object{
		{Class: 2, Box: vision.Box{X1: 10, Y1: 20, X2: 50, Y2: 60.5}, Area: 1620, Ignore: true},
		{Class: 1, Box: vision.Box{X2: 200, Y2: 100}, Area: 20000},
	}
	if err != nil || p.Path != filepath.Join(dir, "JPEGImages", "one.png") || p.W != 200 || p.H != 100 || !slices.Equal(p.Objects, want) {
		t.Errorf("%+v, %v, want %+v", p, err, want)
	}
	// A box of one pixel is one pixel wide, and the picture of a file that does
	// not name it is named as the file is.
	if p, err = s.Picture(1); err != nil || filepath.Base(p.Path) != "2.jpg" || p.Objects[0].Area != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "classes.txt"), []byte("dog\ncat\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if s, err = OpenVOC(dir); err != nil || !slices.Equal(s.Classes, []string{"dog", "cat"}) {
		t.Fatalf("%v, %v", s, err)
	}
	_, err = s.Picture(1)
	fault(t, "a class too many", err, "2.xml", 1, `"ant" is not among`)
}

func TestVOCFaults(t *testing.T) {
	object := func(s string) string { return "<annotation>\n\n<object>" + s + "</object></annotation>" }
	for _, c := range []struct {
		xml  string
		line int
		why  string
	}{
		{"", 1, "ends before"},
		{"<annotation>\n<object>", 2, "unexpected EOF"},
		{"<annotation>\n</object>", 2, "no good XML"},
		{"<html></html>", 1, "not <annotation>"},
		{"<annotation>\n<size><width>-1</width></size></annotation>", 2, "-1×0"},
		{"<annotation><size><width>x</width></size></annotation>", 1, "invalid syntax"},
		{object(""), 3, "without a name"},
		{object("<name>a</name>"), 3, "no bndbox"},
		{object("<name>a</name><bndbox><xmin>1</xmin></bndbox>"), 3, "no bndbox"},
		{object("<name>a</name><bndbox><xmin>5</xmin><ymin>1</ymin><xmax>4</xmax><ymax>2</ymax></bndbox>"), 3, "inside out"},
		{object("<name>a</name><bndbox><xmin>NaN</xmin><ymin>1</ymin><xmax>4</xmax><ymax>2</ymax></bndbox>"), 3, "coordinate NaN"},
		{object("<name>a</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>1e9</xmax><ymax>2</ymax></bndbox>"), 3, "coordinate 1e+09"},
	} {
		_, err := parseVOC("x/a.xml", strings.NewReader(c.xml))
		fault(t, c.xml, err, "a.xml", c.line, c.why)
	}
	dir := tree(t, map[string]string{"annotations/1.xml": "<annotation><filename>../../secret.png</filename></annotation>"})
	_, err := Open(dir, "")
	fault(t, "a way out", err, "1.xml", 0, "no name within a folder")
}

const cocoJSON = `{
 "info": {"year": 2017, "more": [1, {"x": null}]},
 "annotations": [
  {"id": 1, "image_id": 9, "category_id": 18, "bbox": [10, 20, 30, 40.5], "area": 700.25, "iscrowd": 0, "segmentation": [[1, 2, 3]]},
  {"id": 2, "image_id": 9, "category_id": 1, "bbox": [0, 0, 100, 50], "iscrowd": 1, "segmentation": {"counts": "x", "size": [1, 2]}}
 ],
 "images": [
  {"id": 9, "file_name": "b.png", "width": 200, "height": 100},
  {"id": 4, "file_name": "a.png", "width": 200, "height": 100}
 ],
 "categories": [{"id": 18, "name": "dog"}, {"id": 1, "name": "person"}]
}`

func TestCOCO(t *testing.T) {
	dir := tree(t, map[string]string{"annotations/instances.json": cocoJSON, "images/a.png": "picture", "images/b.png": "picture", "other/x": ""})
	s, err := Open(filepath.Join(dir, "annotations", "instances.json"), "")
	if err != nil {
		t.Fatal(err)
	}
	if s.Kind != "COCO" || !slices.Equal(s.Classes, []string{"person", "dog"}) || s.Len() != 2 || filepath.Base(s.Path(0)) != "a.png" {
		t.Fatalf("%s, %v, %v", s.Kind, s.Classes, s.paths)
	}
	p, err := s.Picture(1)
	want := []Object{
		{Class: 1, Box: vision.Box{X1: 10, Y1: 20, X2: 40, Y2: 60.5}, Area: 700.25},
		{Class: 0, Box: vision.Box{X2: 100, Y2: 50}, Area: 5000, Crowd: true},
	}
	if err != nil || !slices.Equal(p.Objects, want) || p.W != 200 || !exists(p.Path) {
		t.Errorf("%+v, %v, want %+v", p, err, want)
	}
	if s, err = Open(filepath.Join(dir, "annotations", "instances.json"), filepath.Join(dir, "other")); err != nil || s.Path(0) != filepath.Join(dir, "other", "a.png") {
		t.Errorf("with a folder of pictures: %v, %v", s, err)
	}
}

func TestCOCOFaults(t *testing.T) {
	// change replaces one thing in the good file.
	change := func(old, new string) string {
		if !strings.Contains(cocoJSON, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return strings.Replace(cocoJSON, old, new, 1)
	}
	for _, c := range []struct {
		json string
		line int
		why  string
	}{
		{"", 1, "ends before"},
		{"[]", 1, "the file: [ where { is wanted"},
		{cocoJSON[:len(cocoJSON)/2], 5, "ends before"},
		{"{}", 1, "has no images"},
		{change(`"id": 4`, `"id": "four"`), 9, "string where int64"},
		{change(`"id": 4`, `"id": 9`), 9, "image 9 comes twice"},
		{change(`{"id": 4, `, `{`), 9, "without an id"},
		{change(`"b.png"`, `"../b.png"`), 8, "no name within a folder"},
		{change(`"b.png"`, `""`), 8, "no file_name"},
		{change(`"width": 200`, `"width": -1`), 8, "-1×100"},
		{change(`[10, 20, 30, 40.5]`, `[10, 20, 30]`), 4, "3 numbers"},
		{change(`[10, 20, 30, 40.5]`, `[10, 20, -30, 40]`), 4, "bbox"},
		{change(`40.5]`, `1e999]`), 4, "number"},
		{change(`700.25`, `-1`), 4, "area -1"},
		{change(`"image_id": 9, "category_id": 1,`, `"image_id": 5, "category_id": 1,`), 5, "image 5, which is not listed"},
		{change(`"category_id": 1,`, `"category_id": 2,`), 5, "category 2, which is not listed"},
		{change(`"id": 18, "name"`, `"id": 1, "name"`), 11, "category 1 comes twice"},
		{change(`"categories"`, `"images"`), 11, "images come twice"},
		{change(`"bbox": [0,`, `"bbox": [0 0,`), 5, "no good JSON"},
	} {
		_, err := parseCOCO("x/a.json", strings.NewReader(c.json))
		fault(t, c.why, err, "a.json", c.line, c.why)
	}
}

// TestSharedSets walks over the real sets, whose counts the manifest of the
// data states.
func TestSharedSets(t *testing.T) {
	for _, c := range []struct {
		name                string
		classes, pics, objs int
	}{{"coco256", 80, 203, 1505}, {"face_mask_853", 3, 682, 3190}, {"raccoon_kangaroo_364", 2, 290, 393}} {
		s, err := Open(check.Shared(t, "datasets", c.name), "")
		if err != nil {
			t.Fatal(err)
		}
		objects := 0
		for p, err := range s.All() {
			if err != nil {
				t.Fatal(err)
			}
			objects += len(p.Objects)
		}
		if len(s.Classes) != c.classes || s.Len() != c.pics || objects != c.objs {
			t.Errorf("%s: %d classes, %d pictures, %d objects; want %d, %d, %d", c.name, len(s.Classes), s.Len(), objects, c.classes, c.pics, c.objs)
		}
	}
}
