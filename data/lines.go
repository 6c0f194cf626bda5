package data

import (
	"bufio"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
)

// lines walks over the lines of a text that are not blank.
type lines struct {
	file string
	n    int // number of the current line, from 1
	scan *bufio.Scanner
}

func newLines(file string, r io.Reader) *lines {
	s := bufio.NewScanner(limited(r))
	s.Buffer(make([]byte, 0, 4096), maxLine)
	return &lines{file: file, scan: s}
}

// next returns the next line without the space around it; io.EOF is the end.
func (l *lines) next() (string, error) {
	for l.scan.Scan() {
		l.n++
		text := l.scan.Text()
		if l.n == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if text = strings.TrimSpace(text); text != "" {
			return text, nil
		}
	}
	switch err := l.scan.Err(); {
	case err == nil:
		return "", io.EOF
	case errors.Is(err, bufio.ErrTooLong):
		return "", bad(l.file, l.n+1, "is longer than %d bytes", maxLine)
	default:
		return "", cause(l.file, err)
	}
}

func (l *lines) bad(format string, args ...any) error { return bad(l.file, l.n, format, args...) }

// float reads a finite number.
func (l *lines) float(what, text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, l.bad("%s %.40q is no number", what, text)
	}
	return v, nil
}

// whole reads a whole number from lo to hi.
func (l *lines) whole(what, text string, lo, hi int) (int, error) {
	v, err := strconv.Atoi(text)
	if err != nil {
		return 0, l.bad("%s %.40q is no whole number", what, text)
	}
	if v < lo || v > hi {
		return 0, l.bad("%s %d is outside %d to %d", what, v, lo, hi)
	}
	return v, nil
}
