package data

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/ocellus-vision/ocellus/vision"
)

// Limits of IDX files.
const (
	maxIDXSide  = 4096
	maxIDXBytes = 4 << 30
)

// ReadIDX reads pictures and labels from two files in the format of MNIST, as
// they are or compressed by gzip: Y. LeCun, C. Cortes and C. Burges, "The MNIST
// database of handwritten digits". Classes may be nil: they are then called by
// their numbers. The error is an *ErrFile.
func ReadIDX(images, labels string, classes []string) (*Labelled, error) {
	pix, dims, err := idxFile(images, 3)
	if err != nil {
		return nil, err
	}
	l, count, err := idxFile(labels, 1)
	if err != nil {
		return nil, err
	}
	if count[0] != dims[0] {
		return nil, bad(labels, 0, "has %d labels, but %s has %d pictures", count[0], images, dims[0])
	}
	s := &Labelled{Kind: "IDX", Source: images, Classes: classes, labels: make([]int32, len(l))}
	last := lastClass(l)
	for i, v := range l {
		s.labels[i] = int32(v)
		if classes != nil && int(v) >= len(classes) {
			return nil, bad(labels, 0, "label %d is class %d of %d", i, v, len(classes))
		}
	}
	for i := 0; classes == nil && i <= last; i++ {
		s.Classes = append(s.Classes, fmt.Sprint(i))
	}
	h, w := dims[1], dims[2]
	s.name = func(i int) string { return fmt.Sprintf("%s[%d]", filepath.Base(images), i) }
	s.read = func(i int) (*vision.Image, error) {
		m := vision.NewImage(w, h)
		for j, v := range pix[i*w*h:][:w*h] {
			m.Pix[3*j], m.Pix[3*j+1], m.Pix[3*j+2] = v, v, v
		}
		return m, nil
	}
	s.hash = sync.OnceValue(func() string {
		sum := sha256.New()
		fmt.Fprintln(sum, dims)
		sum.Write(pix)
		sum.Write(l)
		return hex.EncodeToString(sum.Sum(nil))
	})
	if classes == nil {
		s = s.withoutStrays(labels, last)
	}
	return s, nil
}

// lastClass is the last class that labels name, strays left out: beyond the ten
// of digits, what follows a number that no label has and is less than a fiftieth
// of all. Such files name no classes, so that one wrong byte would make dozens.
func lastClass(labels []byte) int {
	var counts [256]int
	for _, v := range labels {
		counts[v]++
	}
	last, strays := int(slices.Max(labels)), 0
	for v := last; v >= 10 && 50*strays < len(labels); v-- {
		if counts[v] == 0 {
			last = v
		}
		strays += counts[v]
	}
	for counts[last] == 0 {
		last--
	}
	return last
}

// withoutStrays leaves out, by name, what is labelled beyond the last class.
func (s *Labelled) withoutStrays(file string, last int) *Labelled {
	var kept []int
	var skipped []error
	for i, l := range s.labels {
		if int(l) <= last {
			kept = append(kept, i)
			continue
		}
		skipped = append(skipped, bad(file, 0, "label %d is %d, where all others go up to %d: wrongly labelled", i, l, last))
	}
	if len(skipped) == 0 {
		return s
	}
	s = s.Subset(kept)
	s.Skipped = skipped
	return s
}

// idxFile reads an IDX file of bytes with so many dimensions.
func idxFile(path string, rank int) (data []byte, dims []int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, cause(path, err)
	}
	defer f.Close()
	r := bufio.NewReader(f)
	if head, _ := r.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, cause(path, err)
		}
		r = bufio.NewReader(z)
	}
	dims, err = idxHead(path, r, rank)
	if err != nil {
		return nil, nil, err
	}
	size := 1
	for _, d := range dims {
		if size *= d; size > maxIDXBytes {
			return nil, nil, bad(path, 0, "holds more than %d MiB", maxIDXBytes>>20)
		}
	}
	// Grown as it is read: what a header says costs nothing until it is there.
	data, err = io.ReadAll(io.LimitReader(r, int64(size)))
	switch {
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, nil, cause(path, err)
	case len(data) < size:
		return nil, nil, bad(path, 0, "is cut short: %d bytes of %d", len(data), size)
	}
	if _, err := r.ReadByte(); err == nil {
		return nil, nil, bad(path, 0, "has more bytes than its %v say", dims)
	}
	return data, dims, nil
}

// idxHead reads the magic number and the extents.
func idxHead(path string, r io.Reader, rank int) ([]int, error) {
	head := make([]byte, 4+4*rank)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, bad(path, 0, "is no IDX file: its header is cut short")
	}
	if head[0] != 0 || head[1] != 0 || head[2] != 8 || int(head[3]) != rank {
		return nil, bad(path, 0, "is no IDX file of bytes with %d dimensions: it begins with % x", rank, head[:4])
	}
	dims := make([]int, rank)
	for i := range dims {
		d := binary.BigEndian.Uint32(head[4+4*i:])
		limit := uint32(maxFiles)
		if i > 0 {
			limit = maxIDXSide
		}
		if d < 1 || d > limit {
			return nil, bad(path, 0, "dimension %d is %d, want 1 to %d", i, d, limit)
		}
		dims[i] = int(d)
	}
	return dims, nil
}
