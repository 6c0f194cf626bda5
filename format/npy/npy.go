// Package npy reads and writes NumPy's .npy files: one array each.
//
// Reading takes format versions 1 to 3, C and Fortran order, and either byte
// order; writing gives version 1, C order, little-endian. The element types
// are those of package nn.
//
// Reference: numpy.lib.format, "A simple file format for NumPy arrays".
package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/nn"
)

const (
	magic     = "\x93NUMPY"
	maxHeader = 1 << 16
	maxFile   = 1 << 33 // nn.MaxElems elements of the largest type take less than twice that
)

// types are the element types by NumPy's letter and size.
var types = [...]struct {
	descr string
	dtype nn.DType
}{
	{"f4", nn.Float32}, {"f8", nn.Float64}, {"f2", nn.Float16}, {"i1", nn.Int8}, {"u1", nn.Uint8},
	{"i4", nn.Int32}, {"i8", nn.Int64}, {"b1", nn.Bool},
}

// ReadFile reads an array from a file. Errors are those of Decode, or from
// opening and reading.
func ReadFile(path string) (*nn.Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, err
	}
	return Decode(path, data)
}

// Decode reads an array. The file's name is for messages. It fails with a
// *format.ErrCorrupt, or with an *nn.ErrUnsupported for element types and
// ranks that Ocellus does not have.
func Decode(file string, data []byte) (*nn.Tensor, error) {
	h, body, err := readHeader(file, data)
	if err != nil {
		return nil, err
	}
	d, big, err := h.dtype(file)
	if err != nil {
		return nil, err
	}
	if len(h.shape) > nn.MaxRank {
		return nil, &nn.ErrUnsupported{Node: file, Op: "npy", Attr: "shape", Why: fmt.Sprintf("rank %d is over the limit of %d", len(h.shape), nn.MaxRank)}
	}
	shape, err := nn.NewShape(h.shape...)
	if err != nil {
		return nil, corrupt(file, len(magic), "%v", err)
	}
	src := data[body:]
	if want := shape.Elems() * d.Size(); len(src) != want {
		return nil, corrupt(file, body, "%d bytes of elements, want %d for %v %v", len(src), want, d, shape)
	}
	t := nn.NewTensor(d, shape)
	if h.fortran {
		fromColumns(t.Bytes(), src, shape, d.Size())
	} else {
		copy(t.Bytes(), src)
	}
	if big != (binary.NativeEndian.Uint16([]byte{0, 1}) == 1) {
		swap(t.Bytes(), d.Size())
	}
	if d == nn.Bool { // a Go bool must hold 0 or 1
		for i, v := range t.Bytes() {
			t.Bytes()[i] = min(v, 1)
		}
	}
	return t, nil
}

func corrupt(file string, off int, why string, args ...any) error {
	return &format.ErrCorrupt{File: file, Offset: int64(off), Why: fmt.Sprintf(why, args...)}
}

// dtype reads an element type such as "<f4"; big is its byte order.
func (h *header) dtype(file string) (d nn.DType, big bool, err error) {
	if h.descr != "" {
		order, kind := h.descr[0], h.descr[1:]
		for _, t := range types {
			if t.descr != kind || !strings.ContainsRune("<>|=", rune(order)) {
				continue
			}
			native := binary.NativeEndian.Uint16([]byte{0, 1}) == 1
			return t.dtype, order == '>' || order != '<' && native, nil
		}
	}
	return 0, false, &nn.ErrUnsupported{Node: file, Op: "npy", Attr: "descr", Why: fmt.Sprintf("elements of type %q", h.descr)}
}

// fromColumns copies elements of that size from column-major to row-major
// order.
func fromColumns(dst, src []byte, s nn.Shape, size int) {
	var step, at [nn.MaxRank]int
	n := 1
	for i, d := range s.Slice() {
		step[i] = n
		n *= d
	}
	from := 0
	for to := range n {
		copy(dst[to*size:(to+1)*size], src[from*size:])
		for i := s.Rank - 1; i >= 0; i-- {
			at[i]++
			from += step[i]
			if at[i] < s.Dims[i] {
				break
			}
			from -= step[i] * at[i]
			at[i] = 0
		}
	}
}

func swap(b []byte, size int) {
	for ; size > 1 && len(b) >= size; b = b[size:] {
		for i, j := 0, size-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
	}
}

// Encode writes t as a .npy file.
func Encode(t *nn.Tensor) []byte {
	descr := ""
	for _, ty := range types {
		if ty.dtype == t.DType {
			descr = ty.descr
		}
	}
	order := "<"
	if t.DType.Size() == 1 {
		order = "|"
	}
	var dims strings.Builder
	for _, d := range t.Shape.Slice() {
		fmt.Fprintf(&dims, "%d,", d)
	}
	head := fmt.Sprintf("{'descr': '%s%s', 'fortran_order': False, 'shape': (%s), }", order, descr, dims.String())
	const fixed = len(magic) + 4
	head += strings.Repeat(" ", 63-(fixed+len(head))%64) + "\n" // elements start at a multiple of 64
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(head)))
	b = append(b, head...)
	from := len(b)
	b = append(b, t.Bytes()...)
	if binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
		swap(b[from:], t.DType.Size())
	}
	return b
}

// WriteFile writes t to a file, which appears whole or not at all.
func WriteFile(path string, t *nn.Tensor) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(Encode(t))
		return err
	})
}
