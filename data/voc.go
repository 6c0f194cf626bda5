package data

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// OpenVOC reads a folder in Pascal VOC's layout: Annotations/NAME.xml and
// JPEGImages (or annotations and images). The classes are those of classes.txt
// where that is there, else all that occur, by the alphabet, for which every
// file is read once. Coordinates in the files count from 1 and include the
// last pixel; boxes here count from 0 and end past it. Objects marked
// difficult are to be ignored.
func OpenVOC(dir string) (*Set, error) {
	annotations, images := first(dir, "Annotations", "annotations"), first(dir, "JPEGImages", "images")
	names, err := entries(annotations)
	if err != nil {
		return nil, err
	}
	s := &Set{Kind: "Pascal VOC"}
	var files []string
	for _, n := range names {
		if strings.EqualFold(filepath.Ext(n), ".xml") {
			files = append(files, filepath.Join(annotations, n))
		}
	}
	if len(files) == 0 {
		return nil, bad(annotations, 0, "holds no XML file")
	}
	list := filepath.Join(dir, "classes.txt")
	fixed := exists(list)
	if fixed {
		if s.Classes, err = readClasses(list); err != nil {
			return nil, err
		}
	}
	seen := map[string]bool{}
	for _, file := range files {
		// The first look finds names only; nothing else of it is kept.
		a, err := readVOC(file)
		if err != nil {
			return nil, err
		}
		path, ok := local(images, a.filename(file))
		if !ok {
			return nil, bad(file, 0, "picture %.80q is no name within a folder", a.File)
		}
		s.paths = append(s.paths, path)
		for _, o := range a.objects {
			seen[o.name] = true
		}
	}
	if !fixed {
		for n := range seen {
			s.Classes = append(s.Classes, n)
		}
		slices.Sort(s.Classes)
	}
	index := map[string]int{}
	for i, n := range s.Classes {
		index[n] = i
	}
	s.read = func(i int) (Picture, error) {
		a, err := readVOC(files[i])
		if err != nil {
			return Picture{}, err
		}
		p := Picture{Path: s.paths[i], W: a.w, H: a.h}
		for _, o := range a.objects {
			class, ok := index[o.name]
			if !ok {
				return Picture{}, bad(files[i], o.line, "class %.80q is not among those of the set", o.name)
			}
			p.Objects = append(p.Objects, Object{Class: class, Box: o.box, Area: float64(o.box.Area()), Ignore: o.difficult})
		}
		return p, nil
	}
	return s, nil
}

// first returns the first of the folders that is there, or else the first.
func first(dir string, names ...string) string {
	for _, n := range names {
		if p := filepath.Join(dir, n); isDir(p) {
			return p
		}
	}
	return filepath.Join(dir, names[0])
}

// vocFile is what is read of an annotation.
type vocFile struct {
	File    string // as the annotation names the picture; may be empty
	w, h    int
	objects []vocObject
}

type vocObject struct {
	name      string
	line      int
	box       vision.Box
	difficult bool
}

// filename is the picture's: as stated, or else named as the annotation is.
func (a *vocFile) filename(annotation string) string {
	if a.File != "" {
		return a.File
	}
	base := filepath.Base(annotation)
	return strings.TrimSuffix(base, filepath.Ext(base)) + ".jpg"
}

func readVOC(file string) (*vocFile, error) {
	f, err := openText(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parseVOC(file, f)
}

// parseVOC reads the children of <annotation>. Parts of objects, which lie
// one level deeper, have names and boxes too but are no objects.
func parseVOC(file string, r io.Reader) (*vocFile, error) {
	d := xml.NewDecoder(limited(r))
	fail := func(err error) error {
		line, _ := d.InputPos()
		var syntax *xml.SyntaxError
		var known *ErrFile
		switch {
		case errors.As(err, &known):
			return err
		case errors.As(err, &syntax):
			return bad(file, syntax.Line, "no good XML: %s", syntax.Msg)
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return bad(file, line, "ends before </annotation>")
		}
		var pe *os.PathError
		if errors.As(err, &pe) {
			return cause(file, err)
		}
		return bad(file, line, "%v", err)
	}
	a := &vocFile{}
	depth := 0
	for {
		t, err := d.Token()
		if err != nil {
			return nil, fail(err)
		}
		switch t := t.(type) {
		case xml.EndElement:
			if depth--; depth == 0 {
				return a, nil
			}
		case xml.StartElement:
			if depth == 0 {
				if t.Name.Local != "annotation" {
					line, _ := d.InputPos()
					return nil, bad(file, line, "begins with <%.40s>, not <annotation>", t.Name.Local)
				}
				depth = 1
				continue
			}
			if err := a.child(file, d, &t); err != nil {
				return nil, fail(err)
			}
		}
	}
}

// child reads one child of <annotation> to its end.
func (a *vocFile) child(file string, d *xml.Decoder, t *xml.StartElement) error {
	line, _ := d.InputPos()
	switch t.Name.Local {
	case "filename":
		return d.DecodeElement(&a.File, t)
	case "size":
		var size struct {
			Width  float64 `xml:"width"`
			Height float64 `xml:"height"`
		}
		if err := d.DecodeElement(&size, t); err != nil {
			return err
		}
		if !(size.Width >= 0 && size.Width <= maxSide && size.Height >= 0 && size.Height <= maxSide) {
			return bad(file, line, "a picture of %g×%g pixels", size.Width, size.Height)
		}
		a.w, a.h = int(size.Width), int(size.Height)
		return nil
	case "object":
		return a.object(file, d, t, line)
	}
	return d.Skip()
}

// maxSide bounds coordinates, in pixels.
const maxSide = 1 << 20

func (a *vocFile) object(file string, d *xml.Decoder, t *xml.StartElement, line int) error {
	var o struct {
		Name      string `xml:"name"`
		Difficult int    `xml:"difficult"`
		Box       *struct {
			X1 *float64 `xml:"xmin"`
			Y1 *float64 `xml:"ymin"`
			X2 *float64 `xml:"xmax"`
			Y2 *float64 `xml:"ymax"`
		} `xml:"bndbox"`
	}
	if err := d.DecodeElement(&o, t); err != nil {
		return err
	}
	name := strings.TrimSpace(o.Name)
	b := o.Box
	switch {
	case name == "":
		return bad(file, line, "an object without a name")
	case b == nil || b.X1 == nil || b.Y1 == nil || b.X2 == nil || b.Y2 == nil:
		return bad(file, line, "object %.80q has no bndbox of xmin, ymin, xmax and ymax", name)
	case len(a.objects) == maxObjects:
		return bad(file, line, "more than %d objects in one picture", maxObjects)
	}
	for _, v := range []float64{*b.X1, *b.Y1, *b.X2, *b.Y2} {
		if math.IsNaN(v) || math.Abs(v) > maxSide {
			return bad(file, line, "object %.80q: coordinate %g", name, v)
		}
	}
	if *b.X2 < *b.X1 || *b.Y2 < *b.Y1 {
		return bad(file, line, "object %.80q: box %g,%g to %g,%g is turned inside out", name, *b.X1, *b.Y1, *b.X2, *b.Y2)
	}
	a.objects = append(a.objects, vocObject{
		name: name, line: line, difficult: o.Difficult != 0,
		box: vision.Box{X1: float32(*b.X1 - 1), Y1: float32(*b.Y1 - 1), X2: float32(*b.X2), Y2: float32(*b.Y2)},
	})
	return nil
}
