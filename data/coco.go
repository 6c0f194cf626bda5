package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/ocellus-vision/ocellus/vision"
)

// maxCOCO bounds a JSON file: instances_train2017 has 470 MB.
const maxCOCO = 2 << 30

// maxAnnotations bounds the objects of a whole JSON file.
const maxAnnotations = 50_000_000

// OpenCOCO reads COCO's JSON for instances: images, annotations (bbox as x, y,
// width and height; area, iscrowd) and categories. Pictures are in the order
// of their ids and classes in the order of theirs, as pycocotools takes them.
// images is the folder of the pictures; "" takes the first of these that has
// the first picture: the file's own folder, images in it, images beside it.
func OpenCOCO(file, images string) (*Set, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, cause(file, err)
	}
	defer f.Close()
	st, err := f.Stat()
	switch {
	case err != nil:
		return nil, cause(file, err)
	case !st.Mode().IsRegular():
		return nil, bad(file, 0, "is no plain file")
	case st.Size() > maxCOCO:
		return nil, bad(file, 0, "is larger than %d MiB", maxCOCO>>20)
	}
	c, err := parseCOCO(file, f)
	if err != nil {
		return nil, err
	}
	return c.set(file, images)
}

type cocoImage struct {
	ID     *int64 `json:"id"`
	File   string `json:"file_name"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

type cocoCategory struct {
	ID   *int64 `json:"id"`
	Name string `json:"name"`
}

type cocoAnnotation struct {
	Image    *int64    `json:"image_id"`
	Category *int64    `json:"category_id"`
	Box      []float64 `json:"bbox"`
	Area     *float64  `json:"area"`
	Crowd    int       `json:"iscrowd"`
	Ignore   int       `json:"ignore"`
}

// coco is a file while it is read.
type coco struct {
	file       string
	images     map[int64]*cocoPicture
	categories map[int64]string
	objects    []cocoObject // until the images, which may come later, are known
}

type cocoPicture struct {
	id      int64
	file    string
	w, h    int
	objects []Object
}

// cocoObject is an Object whose class and picture are still ids.
type cocoObject struct {
	image, category int64
	at              int64 // byte where it ends, for messages
	Object
}

// parseCOCO walks over the lists of the file element by element, so that the
// outlines of objects, which are most of it, are never held all at once.
func parseCOCO(file string, r io.ReadSeeker) (*coco, error) {
	c := &coco{file: file, images: map[int64]*cocoPicture{}, categories: map[int64]string{}}
	d := json.NewDecoder(io.LimitReader(r, maxCOCO))
	err := c.walk(d)
	if err == nil {
		var at int64
		if at, err = c.resolve(); err != nil {
			return nil, bad(file, lineAt(r, at), "%v", err)
		}
		return c, nil
	}
	at := d.InputOffset()
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at, err = max(at, syntax.Offset), fmt.Errorf("no good JSON: %w", err)
	case errors.As(err, &kind):
		err = fmt.Errorf("%s where %s is wanted for %s", kind.Value, kind.Type, kind.Field)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		at, err = math.MaxInt64, errors.New("ends before its JSON does")
	}
	return nil, &ErrFile{File: file, Line: lineAt(r, at), Why: err.Error(), Err: err}
}

// lineAt returns the line, from 1, of a byte of r; 0 if it cannot be told.
func lineAt(r io.ReadSeeker, at int64) int {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return 0
	}
	line := 1
	buf := make([]byte, 64<<10)
	for at > 0 {
		n, err := r.Read(buf[:min(at, int64(len(buf)))])
		line += bytes.Count(buf[:n], []byte{'\n'})
		if at -= int64(n); err != nil {
			break
		}
	}
	return line
}

func (c *coco) walk(d *json.Decoder) error {
	if err := open(d, '{', "the file"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		var add func(*json.Decoder) error
		switch key {
		case "images":
			add = c.addImage
		case "annotations":
			add = c.addAnnotation
		case "categories":
			add = c.addCategory
		default:
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return err
			}
			continue
		}
		if seen[key] {
			return fmt.Errorf("%s come twice", key)
		}
		seen[key] = true
		if err := open(d, '[', key); err != nil {
			return err
		}
		for d.More() {
			if err := add(d); err != nil {
				return err
			}
		}
		if _, err := d.Token(); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	for _, key := range []string{"images", "annotations", "categories"} {
		if !seen[key] {
			return fmt.Errorf("has no %s", key)
		}
	}
	return nil
}

func open(d *json.Decoder, want json.Delim, what string) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t != want {
		return fmt.Errorf("%s: %v where %v is wanted", what, t, want)
	}
	return nil
}

func (c *coco) addImage(d *json.Decoder) error {
	var v cocoImage
	if err := d.Decode(&v); err != nil {
		return err
	}
	switch {
	case v.ID == nil:
		return errors.New("an image without an id")
	case v.File == "":
		return fmt.Errorf("image %d has no file_name", *v.ID)
	case v.Width < 0 || v.Height < 0 || v.Width > maxSide || v.Height > maxSide:
		return fmt.Errorf("image %d of %d×%d pixels", *v.ID, v.Width, v.Height)
	case c.images[*v.ID] != nil:
		return fmt.Errorf("image %d comes twice", *v.ID)
	case len(c.images) == maxFiles:
		return fmt.Errorf("more than %d images", maxFiles)
	}
	if _, ok := local("", v.File); !ok {
		return fmt.Errorf("file_name %.80q is no name within a folder", v.File)
	}
	c.images[*v.ID] = &cocoPicture{id: *v.ID, file: v.File, w: v.Width, h: v.Height}
	return nil
}

func (c *coco) addCategory(d *json.Decoder) error {
	var v cocoCategory
	if err := d.Decode(&v); err != nil {
		return err
	}
	if v.ID == nil || v.Name == "" {
		return errors.New("a category without id or name")
	}
	if _, ok := c.categories[*v.ID]; ok {
		return fmt.Errorf("category %d comes twice", *v.ID)
	}
	if len(c.categories) == maxClasses {
		return fmt.Errorf("more than %d categories", maxClasses)
	}
	c.categories[*v.ID] = v.Name
	return nil
}

func (c *coco) addAnnotation(d *json.Decoder) error {
	var v cocoAnnotation
	if err := d.Decode(&v); err != nil {
		return err
	}
	switch {
	case v.Image == nil || v.Category == nil:
		return errors.New("an annotation without image_id or category_id")
	case len(v.Box) != 4:
		return fmt.Errorf("an annotation with a bbox of %d numbers, want 4", len(v.Box))
	case len(c.objects) == maxAnnotations:
		return fmt.Errorf("more than %d annotations", maxAnnotations)
	}
	x, y, w, h := v.Box[0], v.Box[1], v.Box[2], v.Box[3]
	if !(w >= 0 && h >= 0 && w <= maxSide && h <= maxSide && x >= -maxSide && x <= maxSide && y >= -maxSide && y <= maxSide) {
		return fmt.Errorf("an annotation with the bbox %v", v.Box)
	}
	o := Object{
		Box:  vision.Box{X1: float32(x), Y1: float32(y), X2: float32(x + w), Y2: float32(y + h)},
		Area: w * h, Crowd: v.Crowd != 0, Ignore: v.Ignore != 0,
	}
	if v.Area != nil {
		if o.Area = *v.Area; o.Area < 0 {
			return fmt.Errorf("an annotation with the area %g", o.Area)
		}
	}
	c.objects = append(c.objects, cocoObject{*v.Image, *v.Category, d.InputOffset(), o})
	return nil
}

// resolve gives objects to their pictures. On an error it returns the byte
// where the object at fault ends.
func (c *coco) resolve() (int64, error) {
	if len(c.images) == 0 || len(c.categories) == 0 {
		return 0, errors.New("names no image or no category")
	}
	index := map[int64]int{}
	for i, id := range sortedKeys(c.categories) {
		index[id] = i
	}
	for i := range c.objects {
		o := &c.objects[i]
		p, class, ok := c.images[o.image], 0, false
		if class, ok = index[o.category]; !ok {
			return o.at, fmt.Errorf("an annotation of category %d, which is not listed", o.category)
		}
		switch {
		case p == nil:
			return o.at, fmt.Errorf("an annotation of image %d, which is not listed", o.image)
		case len(p.objects) == maxObjects:
			return o.at, fmt.Errorf("more than %d objects in image %d", maxObjects, o.image)
		}
		o.Class = class
		p.objects = append(p.objects, o.Object)
	}
	c.objects = nil
	return 0, nil
}

func sortedKeys[V any](m map[int64]V) []int64 {
	ids := make([]int64, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (c *coco) set(file, images string) (*Set, error) {
	s := &Set{Kind: "COCO"}
	for _, id := range sortedKeys(c.categories) {
		s.Classes = append(s.Classes, c.categories[id])
	}
	pictures := make([]*cocoPicture, 0, len(c.images))
	for _, id := range sortedKeys(c.images) {
		pictures = append(pictures, c.images[id])
	}
	if images == "" {
		dir := filepath.Dir(file)
		choices := []string{dir, filepath.Join(dir, "images"), filepath.Join(dir, "..", "images")}
		i := slices.IndexFunc(choices, func(d string) bool {
			p, _ := local(d, pictures[0].file)
			return exists(p)
		})
		if i < 0 {
			return nil, bad(file, 0, "its picture %s is neither beside it nor in a folder images: say where the pictures are", pictures[0].file)
		}
		images = choices[i]
	}
	for _, p := range pictures {
		path, _ := local(images, p.file)
		s.paths = append(s.paths, path)
	}
	s.read = func(i int) (Picture, error) {
		p := pictures[i]
		return Picture{Path: s.paths[i], W: p.w, H: p.h, Objects: slices.Clone(p.objects)}, nil
	}
	return s, nil
}
