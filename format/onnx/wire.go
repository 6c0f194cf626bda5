package onnx

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ocellus-vision/ocellus/format"
)

// A cursor walks over the fields of one message inside a file. Positions are
// those in the whole file, so that errors can state them.
type cursor struct {
	file string
	data []byte // the whole file
	pos  int
	end  int
	top  int // start of the message
}

// A field is one field of a message: its number, where it stands, and its
// value by wire type.
type field struct {
	num protowire.Number
	typ protowire.Type
	off int    // where the tag stands
	u   uint64 // varint, fixed32, fixed64
	sub cursor // bytes
}

func newCursor(file string, data []byte) cursor {
	return cursor{file: file, data: data, end: len(data)}
}

func (c *cursor) corrupt(off int, why string, args ...any) error {
	return &format.ErrCorrupt{File: c.file, Offset: int64(off), Why: fmt.Sprintf(why, args...)}
}

// next reads one field; ok is false at the end of the message.
func (c *cursor) next() (f field, ok bool, err error) {
	if c.pos >= c.end {
		return f, false, nil
	}
	f.off = c.pos
	buf := c.data[:c.end]
	num, typ, n := protowire.ConsumeTag(buf[c.pos:])
	if n < 0 {
		return f, false, c.corrupt(c.pos, "bad field tag: %v", protowire.ParseError(n))
	}
	f.num, f.typ = num, typ
	c.pos += n
	switch typ {
	case protowire.VarintType:
		f.u, n = protowire.ConsumeVarint(buf[c.pos:])
	case protowire.Fixed32Type:
		var v uint32
		v, n = protowire.ConsumeFixed32(buf[c.pos:])
		f.u = uint64(v)
	case protowire.Fixed64Type:
		f.u, n = protowire.ConsumeFixed64(buf[c.pos:])
	case protowire.BytesType:
		var b []byte
		b, n = protowire.ConsumeBytes(buf[c.pos:])
		if n >= 0 {
			from := c.pos + n - len(b)
			f.sub = cursor{file: c.file, data: c.data, pos: from, top: from, end: c.pos + n}
		}
	default: // groups: ONNX has none
		return f, false, c.corrupt(f.off, "field %d has wire type %d, which ONNX does not use", num, typ)
	}
	if n < 0 {
		return f, false, c.corrupt(c.pos, "field %d runs past the end of its message or is malformed", num)
	}
	c.pos += n
	return f, true, nil
}

// each calls fn with every field of the message.
func (c cursor) each(fn func(f *field) error) error {
	for {
		f, ok, err := c.next()
		if err != nil || !ok {
			return err
		}
		if err := fn(&f); err != nil {
			return err
		}
	}
}

func (c *cursor) bytes() []byte { return c.data[c.top:c.end] }

func (f *field) want(c *cursor, typ protowire.Type) error {
	if f.typ != typ {
		return c.corrupt(f.off, "field %d has wire type %d, want %d", f.num, f.typ, typ)
	}
	return nil
}

func (f *field) message(c *cursor) (cursor, error) {
	return f.sub, f.want(c, protowire.BytesType)
}

func (f *field) int(c *cursor) (int64, error) {
	return int64(f.u), f.want(c, protowire.VarintType)
}

func (f *field) float(c *cursor) (float32, error) {
	return math.Float32frombits(uint32(f.u)), f.want(c, protowire.Fixed32Type)
}

// text reads a string of any length that the file has.
func (f *field) text(c *cursor) (string, error) {
	if err := f.want(c, protowire.BytesType); err != nil {
		return "", err
	}
	return string(f.sub.bytes()), nil
}

// name reads a string that is a name.
func (f *field) name(c *cursor) (string, error) {
	if err := f.want(c, protowire.BytesType); err != nil {
		return "", err
	}
	if n := len(f.sub.bytes()); n > maxNameLen {
		return "", c.corrupt(f.off, "a name of %d bytes is over the limit of %d", n, maxNameLen)
	}
	return string(f.sub.bytes()), nil
}

// ints appends the values of a repeated integer field, packed or not.
func (f *field) ints(c *cursor, to []int64) ([]int64, error) {
	if f.typ == protowire.VarintType {
		return append(to, int64(f.u)), nil
	}
	if err := f.want(c, protowire.BytesType); err != nil {
		return nil, err
	}
	b, n := f.sub.bytes(), 0
	for _, x := range b { // the last byte of a varint has its top bit clear
		if x < 0x80 {
			n++
		}
	}
	if to == nil {
		to = make([]int64, 0, n)
	}
	for off := f.sub.top; len(b) > 0; {
		v, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return nil, c.corrupt(off, "bad varint in field %d", f.num)
		}
		to, b, off = append(to, int64(v)), b[n:], off+n
	}
	return to, nil
}

// fixed32s appends the values of a repeated float field, packed or not.
func (f *field) fixed32s(c *cursor, to []float32) ([]float32, error) {
	if f.typ == protowire.Fixed32Type {
		return append(to, math.Float32frombits(uint32(f.u))), nil
	}
	if err := f.want(c, protowire.BytesType); err != nil {
		return nil, err
	}
	b := f.sub.bytes()
	if len(b)%4 != 0 {
		return nil, c.corrupt(f.off, "%d bytes in field %d are no whole number of floats", len(b), f.num)
	}
	if to == nil {
		to = make([]float32, 0, len(b)/4)
	}
	for ; len(b) > 0; b = b[4:] {
		v, _ := protowire.ConsumeFixed32(b)
		to = append(to, math.Float32frombits(v))
	}
	return to, nil
}

// fixed64s appends the values of a repeated double field, packed or not.
func (f *field) fixed64s(c *cursor, to []float64) ([]float64, error) {
	if f.typ == protowire.Fixed64Type {
		return append(to, math.Float64frombits(f.u)), nil
	}
	if err := f.want(c, protowire.BytesType); err != nil {
		return nil, err
	}
	b := f.sub.bytes()
	if len(b)%8 != 0 {
		return nil, c.corrupt(f.off, "%d bytes in field %d are no whole number of doubles", len(b), f.num)
	}
	if to == nil {
		to = make([]float64, 0, len(b)/8)
	}
	for ; len(b) > 0; b = b[8:] {
		v, _ := protowire.ConsumeFixed64(b)
		to = append(to, math.Float64frombits(v))
	}
	return to, nil
}
