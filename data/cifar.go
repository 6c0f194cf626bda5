package data

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ocellus-vision/ocellus/vision"
)

// The binary form of CIFAR-10: a byte for the class, then the planes of red,
// green and blue, row by row.
const (
	cifarSide   = 32
	cifarPlane  = cifarSide * cifarSide
	cifarRecord = 1 + 3*cifarPlane
)

// Limits of a set.
const (
	maxCIFARPicture = 64 << 10 // bytes of one compressed picture of 32×32
	maxCIFARBytes   = 2 << 30
)

var cifarClasses = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

// CIFAR10 reads a part of CIFAR-10 (A. Krizhevsky, "Learning Multiple Layers of
// Features from Tiny Images", 2009): data_batch_*.bin and test_batch*.bin, or
// data_batch_*.tar.gz and test_batch*.tar.gz whose pictures lie in folders that
// say number and name of their class, as train/3_cat/0001.jpg. The pictures
// are held as they are, compressed, and decoded when they are asked for. Names
// of classes come from batches.meta.txt where that is there.
//
// A picture of a class that does not exist, or whose number and name disagree,
// is left out, or refused; likewise the rest of a file that is cut short. The
// error is an *ErrFile.
func CIFAR10(dir, part string, o Options) (*Labelled, error) {
	files, err := cifarFiles(dir, part)
	if err != nil {
		return nil, err
	}
	c := &cifar{classes: cifarClasses, skipper: skipper{strict: o.Strict}}
	if meta := filepath.Join(filepath.Dir(files[0]), "batches.meta.txt"); exists(meta) {
		if c.classes, err = readClasses(meta); err != nil {
			return nil, err
		}
	}
	for _, f := range files {
		if err := c.addFile(f); err != nil {
			return nil, err
		}
	}
	return c.set(dir)
}

// cifarFiles returns the files of a part: the binary ones where there are any.
// A file by itself is the part that its name says.
func cifarFiles(dir, part string) ([]string, error) {
	names, parent := []string{filepath.Base(dir)}, filepath.Dir(dir)
	if st, err := os.Stat(dir); err != nil || st.IsDir() {
		if names, err = entries(dir); err != nil {
			return nil, err
		}
		parent = dir
	}
	var files []string
	for _, p := range partsOf(part) {
		files = append(files, cifarPart(parent, names, p)...)
	}
	switch {
	case files != nil:
		return files, nil
	case part == Val:
		return nil, noPart(dir, "CIFAR-10 has no part for validation; cut one off the training part")
	case slices.Contains(names, "data_batch_1"), slices.Contains(names, "test_batch"):
		return nil, bad(dir, 0, "is CIFAR-10 for Python: take the binary version, whose files end in .bin")
	}
	first := map[string]string{Train: "data", Test: "test", All: "data"}[part]
	return nil, noPart(dir, "has no %s_batch*.bin and no %s_batch*.tar.gz", first, first)
}

// cifarPart returns the files of Train or Test among those names.
func cifarPart(dir string, names []string, part string) []string {
	first := map[string]string{Train: "data_batch", Test: "test"}[part]
	for _, endings := range [][]string{{".bin"}, {".tar.gz", ".tgz"}} {
		var files []string
		for _, n := range names {
			if first != "" && strings.HasPrefix(n, first) && slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(n, e) }) {
				files = append(files, filepath.Join(dir, n))
			}
		}
		if files != nil {
			return files
		}
	}
	return nil
}

// cifar is a set being read.
type cifar struct {
	skipper
	classes []string
	names   []string
	items   [][]byte // compressed pictures, or planes
	labels  []int32
	total   int
}

func (c *cifar) addFile(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return cause(name, err)
	}
	defer f.Close()
	if strings.HasSuffix(name, ".bin") {
		return c.addRecords(name, f)
	}
	return c.addArchive(name, f)
}

// addRecords reads the binary form.
func (c *cifar) addRecords(name string, r io.Reader) error {
	for n := 0; ; n++ {
		rec := make([]byte, cifarRecord)
		switch got, err := io.ReadFull(r, rec); {
		case err == io.EOF && n > 0:
			return nil
		case err == io.EOF:
			return c.skip(bad(name, 0, "is empty"))
		case err == io.ErrUnexpectedEOF:
			return c.skip(bad(name, 0, "is cut short: %d bytes are left after %d pictures, one has %d", got, n, cifarRecord))
		case err != nil:
			return cause(name, err)
		}
		at := fmt.Sprintf("%s[%d]", filepath.Base(name), n)
		if int(rec[0]) >= len(c.classes) {
			if err := c.skip(bad(at, 0, "is of class %d, there are %d", rec[0], len(c.classes))); err != nil {
				return err
			}
			continue
		}
		if err := c.add(name, at, rec[1:], int32(rec[0])); err != nil {
			return err
		}
	}
}

// addArchive reads a tar file, compressed by gzip, of pictures.
func (c *cifar) addArchive(name string, r io.Reader) error {
	z, err := gzip.NewReader(r)
	if err != nil {
		return c.skip(bad(name, 0, "is not compressed by gzip, or cut short: %v", err))
	}
	t := tar.NewReader(io.LimitReader(z, maxCIFARBytes))
	for n := 0; ; {
		h, err := t.Next()
		switch {
		case err == io.EOF && n > 0:
			return nil
		case err == io.EOF:
			return c.skip(bad(name, 0, "holds no picture"))
		case err != nil:
			return c.skip(&ErrFile{File: name, Why: fmt.Sprintf("is cut short or damaged after %d pictures: %v", n, err), Err: err})
		case h.Typeflag == tar.TypeDir:
			continue
		}
		at := filepath.Base(name) + ":" + path.Clean(h.Name)
		if h.Typeflag != tar.TypeReg || sparse(h) || !isPicture(h.Name) {
			if err := c.skip(foreign(at, "is no picture by its ending")); err != nil {
				return err
			}
			continue
		}
		label, err := c.labelOf(at, h)
		if err != nil {
			if err := c.skip(err); err != nil {
				return err
			}
			continue
		}
		b, err := io.ReadAll(t)
		if err != nil {
			return c.skip(&ErrFile{File: at, Why: fmt.Sprintf("the archive is cut short or damaged here, after %d pictures: %v", n, err), Err: err})
		}
		if err := c.add(name, at, b, label); err != nil {
			return err
		}
		n++
	}
}

// labelOf reads the class from the folder of an entry, as 3_cat.
func (c *cifar) labelOf(at string, h *tar.Header) (int32, error) {
	folder := path.Base(path.Dir(path.Clean(h.Name)))
	number, class, ok := strings.Cut(folder, "_")
	n, err := strconv.Atoi(number)
	switch {
	case h.Size > maxCIFARPicture:
		return 0, bad(at, 0, "has %d bytes, the limit is %d", h.Size, maxCIFARPicture)
	case !ok || err != nil:
		return 0, bad(at, 0, "lies in folder %.80q, which should say number and name of a class, as 3_cat", folder)
	case n < 0 || n >= len(c.classes) || c.classes[n] != class:
		return 0, bad(at, 0, "is labelled %.80q, but no class has that number and that name", folder)
	}
	return int32(n), nil
}

func (c *cifar) add(file, at string, b []byte, label int32) error {
	if c.total += len(b); c.total > maxCIFARBytes || len(c.items) == maxFiles {
		return bad(file, 0, "holds more than %d MiB or %d pictures", maxCIFARBytes>>20, maxFiles)
	}
	c.names, c.items, c.labels = append(c.names, at), append(c.items, b), append(c.labels, label)
	return nil
}

func (c *cifar) set(dir string) (*Labelled, error) {
	if len(c.items) == 0 {
		return nil, c.none(dir)
	}
	s := &Labelled{Kind: "CIFAR-10", Source: dir, Classes: c.classes, Skipped: c.list, labels: c.labels}
	s.name = func(i int) string { return c.names[i] }
	s.read = func(i int) (*vision.Image, error) { return cifarImage(c.names[i], c.items[i]) }
	s.hash = sync.OnceValue(func() string {
		h := newContentHash()
		for i, b := range c.items {
			h.bytes(b)
			h.note(c.labels[i])
		}
		return h.sum()
	})
	return s, nil
}

// cifarImage makes a picture of planes, or decodes it.
func cifarImage(name string, b []byte) (*vision.Image, error) {
	if len(b) != cifarRecord-1 || bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}) {
		m, err := vision.Decode(name, bytes.NewReader(b))
		if err != nil {
			return nil, unread(name, err)
		}
		if m.W != cifarSide || m.H != cifarSide {
			return nil, bad(name, 0, "has %d×%d pixels, CIFAR-10's are %d×%d", m.W, m.H, cifarSide, cifarSide)
		}
		return m, nil
	}
	m := vision.NewImage(cifarSide, cifarSide)
	for i := range cifarPlane {
		m.Pix[3*i], m.Pix[3*i+1], m.Pix[3*i+2] = b[i], b[cifarPlane+i], b[2*cifarPlane+i]
	}
	return m, nil
}
