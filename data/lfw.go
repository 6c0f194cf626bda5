package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus/vision"
)

// FaceRef names a picture of LFW: a person, and the number of the picture
// among those of the person, from 1.
type FaceRef struct {
	Name   string
	Number int
}

// File returns where the picture lies under LFW's folder:
// Name/Name_0001.jpg.
func (r FaceRef) File() string { return r.Name + "/" + r.Base() }

// Base returns the name of the picture's file without its folder.
func (r FaceRef) Base() string { return fmt.Sprintf("%s_%04d.jpg", r.Name, r.Number) }

// Pair is two pictures and whether they show the same person.
type Pair struct {
	A, B FaceRef
	Same bool
	Fold int // from 0
}

// Pairs is a list of pairs in folds, no person being in two of them.
type Pairs struct {
	Folds int
	Pairs []Pair // in the order of the file
}

// Limits of a list of pairs.
const (
	maxFolds    = 1000
	maxPairs    = 1_000_000 // of one kind in one fold
	maxAllPairs = 10_000_000
	maxName     = 200
)

// ReadPairs reads a list of pairs in LFW's format: a line with the number of
// folds and how many pairs of either kind each has (one number alone stands
// for one fold), and then fold by fold that many pairs of one person (name,
// number, number) and that many of two (name, number, name, number). The error
// is an *ErrFile.
func ReadPairs(file string) (*Pairs, error) {
	f, err := openText(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return parsePairs(file, f)
}

func parsePairs(file string, r io.Reader) (*Pairs, error) {
	l := newLines(file, r)
	head, err := l.next()
	if err != nil {
		return nil, ended(l, err, "the numbers of folds and pairs")
	}
	fields := strings.Fields(head)
	if len(fields) != 1 && len(fields) != 2 {
		return nil, l.bad("has %d fields, want the numbers of folds and pairs", len(fields))
	}
	p := &Pairs{Folds: 1}
	if len(fields) == 2 {
		if p.Folds, err = l.whole("number of folds", fields[0], 1, maxFolds); err != nil {
			return nil, err
		}
	}
	each, err := l.whole("number of pairs", fields[len(fields)-1], 1, maxPairs)
	if err != nil {
		return nil, err
	}
	if p.Folds*each*2 > maxAllPairs {
		return nil, l.bad("more than %d pairs", maxAllPairs)
	}
	for fold := range p.Folds {
		for i := range 2 * each {
			text, err := l.next()
			if err != nil {
				return nil, ended(l, err, fmt.Sprintf("pair %d of fold %d", i+1, fold+1))
			}
			pair, err := parsePair(l, text, i < each)
			if err != nil {
				return nil, err
			}
			pair.Fold = fold
			p.Pairs = append(p.Pairs, pair)
		}
	}
	switch _, err := l.next(); err {
	case io.EOF:
		return p, nil
	case nil:
		return nil, l.bad("comes after the last of %d folds of %d pairs", p.Folds, 2*each)
	default:
		return nil, err
	}
}

// ended words the end of a file that should go on.
func ended(l *lines, err error, want string) error {
	if err == io.EOF {
		return bad(l.file, l.n, "the file ends where %s should be", want)
	}
	return err
}

func parsePair(l *lines, text string, same bool) (Pair, error) {
	f := strings.Fields(text)
	want, kind := 4, "two people: name, number, name, number"
	if same {
		want, kind = 3, "one person: name, number, number"
	}
	if len(f) != want {
		return Pair{}, l.bad("has %d fields, want a pair of %s", len(f), kind)
	}
	if same {
		f = []string{f[0], f[1], f[0], f[2]}
	}
	p := Pair{Same: same}
	for i, r := range []*FaceRef{&p.A, &p.B} {
		if r.Name = f[2*i]; !goodName(r.Name) {
			return Pair{}, l.bad("%.80q is no name", r.Name)
		}
		n, err := l.whole("number", f[2*i+1], 1, 9999)
		if err != nil {
			return Pair{}, err
		}
		r.Number = n
	}
	if p.A == p.B {
		return Pair{}, l.bad("pairs a picture with itself")
	}
	return p, nil
}

// goodName reports whether a name is one of a file, and of no folder above.
func goodName(s string) bool {
	return s != "" && len(s) <= maxName && s[0] != '.' && !strings.ContainsAny(s, "/\\\x00")
}

// FaceMarks is where the face of a picture is, in pixels.
type FaceMarks struct {
	Box vision.Box
	// Points are the left and right eye, the nose, and the left and right
	// corner of the mouth, as seen in the picture.
	Points [5]vision.Point
}

// marksHeader is the first line of a file of landmarks.
const marksHeader = "image,x1,y1,x2,y2,leye_x,leye_y,reye_x,reye_y,nose_x,nose_y,lmouth_x,lmouth_y,rmouth_x,rmouth_y"

// ReadLandmarks reads files of landmarks: CSV with a header and for each
// picture its file name, the box of the face and five points. The result is
// by file name. The error is an *ErrFile.
func ReadLandmarks(files ...string) (map[string]FaceMarks, error) {
	all := map[string]FaceMarks{}
	for _, file := range files {
		f, err := openText(file)
		if err != nil {
			return nil, err
		}
		err = parseLandmarks(file, f, all)
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func parseLandmarks(file string, r io.Reader, all map[string]FaceMarks) error {
	c := csv.NewReader(limited(r))
	c.ReuseRecord = true
	columns := strings.Split(marksHeader, ",")
	c.FieldsPerRecord = len(columns)
	for first := true; ; first = false {
		row, err := c.Read()
		var pe *csv.ParseError
		switch {
		case err == io.EOF && first:
			return bad(file, 0, "is empty; its first line should be %s", marksHeader)
		case err == io.EOF:
			return nil
		case errors.As(err, &pe):
			return bad(file, pe.Line, "%v", pe.Err)
		case err != nil:
			return cause(file, err)
		}
		line, _ := c.FieldPos(0)
		if first {
			if got := strings.TrimPrefix(strings.Join(row, ","), "\ufeff"); got != marksHeader {
				return bad(file, line, "the header is not %s", marksHeader)
			}
			continue
		}
		if !goodName(row[0]) {
			return bad(file, line, "%.80q is no name of a picture", row[0])
		}
		if _, ok := all[row[0]]; ok {
			return bad(file, line, "%s comes twice", row[0])
		}
		var v [14]float32
		for i, text := range row[1:] {
			n, err := strconv.ParseFloat(text, 32)
			if err != nil || !(n >= -maxSide && n <= maxSide) {
				return bad(file, line, "%s %.40q is no coordinate", columns[i+1], text)
			}
			v[i] = float32(n)
		}
		m := FaceMarks{Box: vision.Box{X1: v[0], Y1: v[1], X2: v[2], Y2: v[3]}}
		if m.Box.Empty() {
			return bad(file, line, "the box %g,%g to %g,%g is empty", v[0], v[1], v[2], v[3])
		}
		for i := range m.Points {
			m.Points[i] = vision.Point{X: v[4+2*i], Y: v[5+2*i]}
		}
		all[strings.Clone(row[0])] = m
	}
}
