package data

import (
	"encoding/csv"
	"errors"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ocellus-vision/ocellus/vision"
)

// Landmarks is pictures with named points in them and, where the set has them,
// one box each.
type Landmarks struct {
	Source  string
	Names   []string // of the points, by index
	Skipped []error  // as of Labelled

	items []marked
	swap  []int
	hash  func() string
}

// marked is a line of a file of landmarks.
type marked struct {
	entry
	box    vision.Box // empty: none
	points []vision.Point
}

// maxPoints bounds the points of one picture.
const maxPoints = 1000

// OpenLandmarks reads one part of a CSV of landmarks, or of all those in a
// folder. The first line names the columns: the picture's file; x1, y1, x2, y2
// of a box, which may be left out; and NAME_x, NAME_y for each point. Points
// without names may be x1, y1, x2, y2, x3, y3 and so on: three at least.
// Coordinates are pixels of the picture.
//
// Pictures are looked for by their path beside the CSV, then by their file
// name alone in the folders images and img there, in a folder called as the
// file without its number (LFW's Name/Name_0001.jpg), and in tar files there.
// Those that are not found, and lines that are wrong, are left out, or refused.
// One group of pictures in ten, by name without number, is the test part. The
// error is an *ErrFile.
func OpenLandmarks(name, part string, o Options) (*Landmarks, error) {
	if part == Val {
		return nil, bad(name, 0, "landmarks have no part for validation; cut one off the training part")
	}
	files, dir, err := landmarkFiles(name)
	if err != nil {
		return nil, err
	}
	tars, err := tarsIn(dir)
	if err != nil {
		return nil, err
	}
	packed, err := tarEntries(tars)
	if err != nil {
		return nil, err
	}
	r := &landmarkReader{skipper: skipper{strict: o.Strict}, part: part, dir: dir, packed: map[string]entry{}, seen: map[string]bool{}}
	for n, e := range packed {
		r.packed[path.Base(n)] = e
	}
	s := &Landmarks{Source: name}
	for _, f := range files {
		if err := r.readFile(f, s); err != nil {
			return nil, err
		}
	}
	if len(s.items) == 0 {
		return nil, r.none(name)
	}
	s.Skipped, s.swap = r.list, mirrored(s.Names)
	s.hash = sync.OnceValue(s.contentHash)
	return s, nil
}

// landmarkFiles returns the CSV files, and the folder that they lie in.
func landmarkFiles(name string) (files []string, dir string, err error) {
	if !isDir(name) {
		return []string{name}, filepath.Dir(name), nil
	}
	names, err := entries(name)
	if err != nil {
		return nil, "", err
	}
	for _, n := range names {
		if strings.EqualFold(filepath.Ext(n), ".csv") {
			files = append(files, filepath.Join(name, n))
		}
	}
	if files == nil {
		return nil, "", bad(name, 0, "holds no .csv file of landmarks")
	}
	return files, name, nil
}

// landmarkReader reads files of landmarks.
type landmarkReader struct {
	skipper
	part, dir string
	packed    map[string]entry // what lies in tar files, by file name
	seen      map[string]bool  // pictures that had a line
}

func (r *landmarkReader) readFile(file string, s *Landmarks) error {
	f, err := openText(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return r.read(file, f, s)
}

// read adds the lines of a file to s.
func (r *landmarkReader) read(file string, f io.Reader, s *Landmarks) error {
	c := csv.NewReader(limited(f))
	c.ReuseRecord = true
	c.FieldsPerRecord = -1
	c.TrimLeadingSpace = true
	head, err := c.Read()
	if err != nil {
		return bad(file, 1, "has no first line that names its columns: image, x1, y1, x2, y2 (a box; may be left out), left_eye_x, left_eye_y, …")
	}
	form, err := landmarkHead(file, head)
	if err != nil {
		return err
	}
	if s.Names == nil {
		s.Names = form.names
	} else if !slices.Equal(s.Names, form.names) {
		return bad(file, 1, "names other points than the files before: %v, not %v", form.names, s.Names)
	}
	for {
		row, err := c.Read()
		var pe *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &pe):
			return bad(file, pe.Line, "%v", pe.Err)
		case err != nil:
			return cause(file, err)
		}
		line, _ := c.FieldPos(0)
		m, err := form.parse(file, line, row)
		if err == nil {
			err = r.place(file, line, row[0], &m)
		}
		switch {
		case err != nil:
			if err := r.skip(err); err != nil {
				return err
			}
		case len(s.items) == maxFiles:
			return bad(file, line, "more than %d pictures", maxFiles)
		case inPart(groupOf(row[0]), r.part):
			s.items = append(s.items, m)
		}
	}
}

// place finds the picture of a line.
func (r *landmarkReader) place(file string, line int, name string, m *marked) error {
	if r.seen[name] {
		return bad(file, line, "%.80q comes twice", name)
	}
	at, ok := local(r.dir, name)
	if !ok {
		return bad(file, line, "%.80q leads out of the folder of the set", name)
	}
	r.seen[strings.Clone(name)] = true
	base := path.Base(filepath.ToSlash(name))
	if e, ok := r.packed[base]; ok && !exists(at) {
		m.entry = e
		return nil
	}
	for _, p := range []string{at, filepath.Join(r.dir, "images", base), filepath.Join(r.dir, "img", base), filepath.Join(r.dir, groupOf(base), base)} {
		if exists(p) && !isDir(p) {
			m.entry = entry{file: p}
			return nil
		}
	}
	return bad(file, line, "its picture %.80q is missing", name)
}

// groupOf is a file name without folder, ending and number: pictures of one
// person share it.
func groupOf(name string) string {
	base := path.Base(filepath.ToSlash(name))
	stem := strings.TrimSuffix(base, path.Ext(base))
	if cut := strings.TrimRight(strings.TrimRight(stem, "0123456789"), "_-"); cut != "" {
		return cut
	}
	return stem
}

// landmarkForm says what the columns are.
type landmarkForm struct {
	columns int
	box     bool
	names   []string
}

func landmarkHead(file string, head []string) (landmarkForm, error) {
	form := landmarkForm{columns: len(head)}
	points := slices.Clone(head[1:])
	if len(points) >= 4 && slices.Equal(points[:4], []string{"x1", "y1", "x2", "y2"}) && (len(points) == 4 || points[4] != "x3") {
		form.box, points = true, points[4:]
	}
	if len(points) == 0 || len(points)%2 != 0 || len(points) > 2*maxPoints {
		return form, bad(file, 1, "names %d columns of points; pairs NAME_x, NAME_y are wanted, one at least and %d at most", len(points), maxPoints)
	}
	for i := 0; i < len(points); i += 2 {
		name, okx := coordinate(points[i], 'x')
		other, oky := coordinate(points[i+1], 'y')
		if !okx || !oky || name != other || slices.Contains(form.names, name) {
			return form, bad(file, 1, "columns %.80q and %.80q are no pair NAME_x, NAME_y of a new name", points[i], points[i+1])
		}
		form.names = append(form.names, name)
	}
	return form, nil
}

// coordinate reads the name of a point from that of a column: nose_x and x7
// are axis x of nose and 7.
func coordinate(column string, axis byte) (string, bool) {
	column = strings.TrimSpace(column)
	if name, ok := strings.CutSuffix(column, "_"+string(axis)); ok && name != "" {
		return name, true
	}
	name, ok := strings.CutPrefix(column, string(axis))
	_, err := strconv.ParseUint(name, 10, 16)
	return name, ok && err == nil
}

func (f *landmarkForm) parse(file string, line int, row []string) (marked, error) {
	if len(row) != f.columns {
		return marked{}, bad(file, line, "has %d fields, its first line names %d", len(row), f.columns)
	}
	v := make([]float32, len(row)-1)
	for i, text := range row[1:] {
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 32)
		if err != nil || !(n >= -maxSide && n <= maxSide) {
			return marked{}, bad(file, line, "field %d, %.40q, is no coordinate", i+2, text)
		}
		v[i] = float32(n)
	}
	m := marked{}
	if f.box {
		m.box, v = vision.Box{X1: v[0], Y1: v[1], X2: v[2], Y2: v[3]}, v[4:]
		if m.box.Empty() {
			return marked{}, bad(file, line, "the box %v is empty", m.box)
		}
	}
	for i := 0; i < len(v); i += 2 {
		m.points = append(m.points, vision.Point{X: v[i], Y: v[i+1]})
	}
	return m, nil
}

// mirrored pairs points by their names: left with right, and l with r where
// that begins a name and the other is there.
func mirrored(names []string) []int {
	swap := make([]int, len(names))
	for i, n := range names {
		swap[i] = i
		for _, p := range [][2]string{{"left", "right"}, {"right", "left"}, {"l", "r"}, {"r", "l"}} {
			other := strings.Replace(n, p[0], p[1], 1)
			if len(p[0]) == 1 && !strings.HasPrefix(n, p[0]) {
				continue
			}
			if j := slices.Index(names, other); j >= 0 && j != i {
				swap[i] = j
				break
			}
		}
	}
	for i, j := range swap {
		if swap[j] != i {
			swap[i] = i
		}
	}
	return swap
}

// Len returns how many pictures there are.
func (s *Landmarks) Len() int { return len(s.items) }

// Name says where picture i comes from.
func (s *Landmarks) Name(i int) string { return s.items[i].String() }

// Sample reads picture i with its points and its box, as the one object.
func (s *Landmarks) Sample(i int) (Sample, error) {
	m := s.items[i]
	img, err := m.load()
	sample := Sample{Image: img, Label: -1, Points: slices.Clone(m.points), Swap: s.swap}
	if !m.box.Empty() {
		sample.Objects = []Object{{Box: m.box}}
	}
	return sample, err
}

// Hash names what the set holds, in hex. The first call reads every file.
func (s *Landmarks) Hash() string { return s.hash() }

func (s *Landmarks) contentHash() string {
	h := newContentHash()
	h.note(s.Names)
	for _, m := range s.items {
		m.entry.hash(h)
		h.note(m.box, m.points)
	}
	return h.sum()
}
