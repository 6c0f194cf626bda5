package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/x448/float16"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ocellus-vision/ocellus/nn"
)

// Fields of TensorProto.
const (
	tensorDims      = 1
	tensorType      = 2
	tensorSegment   = 3
	tensorFloats    = 4
	tensorInt32s    = 5
	tensorStrings   = 6
	tensorInt64s    = 7
	tensorName      = 8
	tensorRaw       = 9
	tensorDoubles   = 10
	tensorUint64s   = 11
	tensorExternal  = 13
	tensorLocation  = 14
	tensorMetaProps = 16
)

// rawTensor is a TensorProto whose elements are still as the file has them.
type rawTensor struct {
	at      cursor
	name    string
	typ     int64
	dims    []int64
	raw     []byte
	hasRaw  bool
	ints    []int64 // int32_data or int64_data
	floats  []float32
	doubles []float64
	meta    map[string]string
	refused string // what of it Ocellus does not do; found when it is used
}

// DecodeTensor reads one TensorProto, as the files of ONNX's backend tests
// hold them. The file's name is for messages. It fails with a
// *format.ErrCorrupt, or with an *nn.ErrUnsupported for an element type that
// Ocellus does not have.
func DecodeTensor(file string, data []byte) (name string, t *nn.Tensor, err error) {
	rt, err := readTensor(newCursor(file, data))
	if err != nil {
		return "", nil, err
	}
	t, err = rt.tensor()
	if e, ok := err.(*nn.ErrUnsupported); ok {
		e.Node = file
	}
	return rt.name, t, err
}

func readTensor(c cursor) (*rawTensor, error) {
	t := &rawTensor{at: c}
	return t, c.each(func(f *field) (err error) {
		switch f.num {
		case tensorDims:
			t.dims, err = f.ints(&c, t.dims)
			if len(t.dims) > maxNameLen {
				return c.corrupt(f.off, "a tensor of more than %d dimensions", maxNameLen)
			}
		case tensorType:
			t.typ, err = f.int(&c)
		case tensorName:
			t.name, err = f.name(&c)
		case tensorFloats:
			t.floats, err = f.fixed32s(&c, t.floats)
		case tensorInt32s, tensorInt64s:
			t.ints, err = f.ints(&c, t.ints)
		case tensorDoubles:
			t.doubles, err = f.fixed64s(&c, t.doubles)
		case tensorRaw:
			var m cursor
			m, err = f.message(&c)
			t.raw, t.hasRaw = m.bytes(), true
		case tensorMetaProps:
			t.meta, err = readMeta(&c, f, t.meta)
		case tensorSegment:
			t.refused = "a tensor stored in segments"
		case tensorStrings:
			t.refused = "string elements"
		case tensorExternal:
			t.refused = "data in another file"
		case tensorLocation:
			var v int64
			if v, err = f.int(&c); v == 1 {
				t.refused = "data in another file"
			}
		case tensorUint64s:
			t.refused = "elements of type uint32 or uint64"
		}
		return err
	})
}

// tensor makes an nn.Tensor of t. An *nn.ErrUnsupported it returns has no
// node yet.
func (t *rawTensor) tensor() (*nn.Tensor, error) {
	if t.refused != "" {
		return nil, &nn.ErrUnsupported{Op: "tensor", Attr: t.name, Why: t.refused}
	}
	d, ok := dtypeOf(t.typ)
	if !ok {
		if t.typ <= 0 || t.typ >= int64(len(typeNames)) {
			return nil, t.at.corrupt(t.at.top, "tensor %q has element type %d, which ONNX does not define", t.name, t.typ)
		}
		return nil, &nn.ErrUnsupported{Op: "tensor", Attr: t.name, Why: "elements of type " + typeName(t.typ)}
	}
	shape, err := t.shape()
	if err != nil {
		return nil, err
	}
	if have := t.have(d); have != shape.Elems() {
		return nil, t.at.corrupt(t.at.top, "tensor %q: %d elements of type %v for shape %v", t.name, have, d, shape)
	}
	if t.hasRaw {
		return fromRaw(d, shape, t.raw), nil
	}
	out := nn.NewTensor(d, shape)
	t.fill(out)
	return out, nil
}

func (t *rawTensor) shape() (nn.Shape, error) {
	if len(t.dims) > nn.MaxRank {
		return nn.Shape{}, &nn.ErrUnsupported{Op: "tensor", Attr: t.name,
			Why: fmt.Sprintf("rank %d is over the limit of %d", len(t.dims), nn.MaxRank)}
	}
	dims := make([]int, len(t.dims))
	for i, v := range t.dims {
		if v < 0 || v > math.MaxInt32 {
			return nn.Shape{}, t.at.corrupt(t.at.top, "tensor %q has dimension %d", t.name, v)
		}
		dims[i] = int(v)
	}
	s, err := nn.NewShape(dims...)
	if err != nil {
		return s, t.at.corrupt(t.at.top, "tensor %q: %v", t.name, err)
	}
	return s, nil
}

// have returns how many elements of type d the file has for t; -1 where it
// has no whole number of them.
func (t *rawTensor) have(d nn.DType) int {
	switch {
	case t.hasRaw:
		if len(t.raw)%d.Size() != 0 {
			return -1
		}
		return len(t.raw) / d.Size()
	case d == nn.Float32:
		return len(t.floats)
	case d == nn.Float64:
		return len(t.doubles)
	}
	return len(t.ints)
}

// fill copies the typed field's elements; there are as many as out has.
func (t *rawTensor) fill(out *nn.Tensor) {
	switch out.DType {
	case nn.Float32:
		copy(out.F32(), t.floats)
	case nn.Float64:
		copy(out.F64(), t.doubles)
	case nn.Int64:
		copy(out.I64(), t.ints)
	case nn.Int32:
		convert(out.I32(), t.ints)
	case nn.Int8:
		convert(out.I8(), t.ints)
	case nn.Uint8:
		convert(out.U8(), t.ints)
	case nn.Float16: // the bits, in the low half of each int32
		h := out.F16()
		for i, v := range t.ints {
			h[i] = float16.Frombits(uint16(v))
		}
	case nn.Bool:
		b := out.Bools()
		for i, v := range t.ints {
			b[i] = v != 0
		}
	}
}

func convert[T int8 | uint8 | int32](dst []T, src []int64) {
	for i, v := range src {
		dst[i] = T(v)
	}
}

// fromRaw copies little-endian elements. A copy is needed in any case: the
// file's bytes are not aligned, and are let go with the file.
func fromRaw(d nn.DType, s nn.Shape, raw []byte) *nn.Tensor {
	t := nn.NewTensor(d, s)
	if d == nn.Bool { // a Go bool must hold 0 or 1
		b := t.Bools()
		for i, v := range raw {
			b[i] = v != 0
		}
		return t
	}
	copy(t.Bytes(), raw)
	swapIfBigEndian(t.Bytes(), d.Size())
	return t
}

func swapIfBigEndian(b []byte, size int) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) == 1 || size == 1 {
		return
	}
	for ; len(b) >= size; b = b[size:] {
		for i, j := 0, size-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
	}
}

// EncodeTensor writes t as a TensorProto of that name.
func EncodeTensor(name string, t *nn.Tensor) []byte { return appendTensor(nil, name, t, nil) }

func appendTensor(b []byte, name string, t *nn.Tensor, meta map[string]string) []byte {
	var dims []int64
	for _, d := range t.Shape.Slice() {
		dims = append(dims, int64(d))
	}
	b = appendPacked(b, tensorDims, dims)
	b = appendInt(b, tensorType, int64(t.DType.ONNX()))
	b = appendString(b, tensorName, name)
	b = protowire.AppendTag(b, tensorRaw, protowire.BytesType)
	b = protowire.AppendVarint(b, uint64(len(t.Bytes())))
	from := len(b)
	b = append(b, t.Bytes()...)
	swapIfBigEndian(b[from:], t.DType.Size())
	return appendMeta(b, tensorMetaProps, meta)
}
