package data

import (
	"io"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// OpenYOLO reads a folder in YOLO's layout: images/NAME.jpg, labels/NAME.txt
// and classes.txt, a name a line. A label file has a line for each object:
// the number of its class, and the box's centre, width and height as parts of
// the picture's (class cx cy w h); an empty file says that there is none. The
// size of a picture is read from its header.
func OpenYOLO(dir string) (*Set, error) {
	classes, err := readClasses(filepath.Join(dir, "classes.txt"))
	if err != nil {
		return nil, err
	}
	images, labels := filepath.Join(dir, "images"), filepath.Join(dir, "labels")
	names, err := entries(images)
	if err != nil {
		return nil, err
	}
	s := &Set{Kind: "YOLO", Classes: classes}
	for _, n := range names {
		if isPicture(n) {
			s.paths = append(s.paths, filepath.Join(images, n))
		}
	}
	if len(s.paths) == 0 {
		return nil, bad(images, 0, "holds no picture")
	}
	s.read = func(i int) (Picture, error) {
		p := s.paths[i]
		base := filepath.Base(p)
		return readYOLO(p, filepath.Join(labels, strings.TrimSuffix(base, filepath.Ext(base))+".txt"), len(classes))
	}
	return s, nil
}

func readYOLO(image, labels string, classes int) (Picture, error) {
	w, h, err := vision.Size(image)
	if err != nil {
		return Picture{}, &ErrFile{File: image, Why: strings.TrimPrefix(err.Error(), image+": "), Err: err}
	}
	f, err := openText(labels)
	if err != nil {
		return Picture{}, err
	}
	defer f.Close()
	objects, err := parseYOLO(labels, f, w, h, classes)
	return Picture{Path: image, W: w, H: h, Objects: objects}, err
}

// slack is how far a box may reach over the picture's edge, as a part of it:
// labels are written with six decimals or fewer.
const slack = 0.002

func parseYOLO(file string, r io.Reader, w, h, classes int) ([]Object, error) {
	var list []Object
	for l := newLines(file, r); ; {
		text, err := l.next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		f := strings.Fields(text)
		if len(f) != 5 {
			return nil, l.bad("has %d fields, want 5: class cx cy w h", len(f))
		}
		if len(list) == maxObjects {
			return nil, l.bad("more than %d objects in one picture", maxObjects)
		}
		class, err := l.whole("class", f[0], 0, classes-1)
		if err != nil {
			return nil, err
		}
		var v [4]float64
		for i, what := range [...]string{"cx", "cy", "w", "h"} {
			if v[i], err = l.float(what, f[i+1]); err != nil {
				return nil, err
			}
		}
		x1, y1, x2, y2 := v[0]-v[2]/2, v[1]-v[3]/2, v[0]+v[2]/2, v[1]+v[3]/2
		if v[2] < 0 || v[3] < 0 || min(x1, y1) < -slack || max(x2, y2) > 1+slack {
			return nil, l.bad("box %s reaches out of the picture", strings.Join(f[1:], " "))
		}
		fw, fh := float64(w), float64(h)
		box := vision.Box{X1: float32(x1 * fw), Y1: float32(y1 * fh), X2: float32(x2 * fw), Y2: float32(y2 * fh)}
		box = box.Clip(vision.Box{X2: float32(w), Y2: float32(h)})
		list = append(list, Object{Class: class, Box: box, Area: float64(box.Area())})
	}
}
