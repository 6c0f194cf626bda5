package nn

import (
	"fmt"
	"unsafe"

	"github.com/x448/float16"
)

// Tensor is a dense, row-major array of elements. The zero Tensor stands for
// an optional operand that is absent.
type Tensor struct {
	DType DType
	Shape Shape
	data  []byte
}

// NewTensor returns a zeroed tensor whose memory is aligned to 8 bytes.
func NewTensor(d DType, s Shape) *Tensor {
	n := s.Elems() * d.Size()
	words := make([]uint64, (n+7)/8)
	return &Tensor{d, s, unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*8)[:n:n]}
}

// FromSlice returns a tensor that aliases v, of len(v) elements in all.
func FromSlice[T Element](v []T, dims ...int) (*Tensor, error) {
	s, err := NewShape(dims...)
	if err != nil {
		return nil, err
	}
	if s.Elems() != len(v) {
		return nil, fmt.Errorf("%d values for shape %v", len(v), s)
	}
	return &Tensor{DTypeOf[T](), s, bytesOf(v)}, nil
}

// T is FromSlice for values known to fit; it panics on others.
func T[E Element](v []E, dims ...int) *Tensor {
	t, err := FromSlice(v, dims...)
	if err != nil {
		panic("nn.T: " + err.Error())
	}
	return t
}

// Scalar returns a rank-0 tensor that holds v.
func Scalar[E Element](v E) *Tensor { return T([]E{v}) }

// View lays a tensor of type d and shape s over mem, which must be aligned
// for d and have at least the bytes that takes.
func View(d DType, s Shape, mem []byte) Tensor {
	return Tensor{d, s, mem[: s.Elems()*d.Size() : s.Elems()*d.Size()]}
}

func bytesOf[T Element](v []T) []byte {
	var z T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(z)))
}

// Data returns the elements of t, aliasing its memory. Asking for another
// type than t.DType is a programming error and panics.
func Data[T Element](t *Tensor) []T {
	if DTypeOf[T]() != t.DType {
		panic(fmt.Sprintf("nn.Data: %v read as %v", t.DType, DTypeOf[T]()))
	}
	var z T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(t.data))), len(t.data)/int(unsafe.Sizeof(z)))
}

// Present reports whether t is there at all (optional operands may not be).
func (t *Tensor) Present() bool { return t != nil && t.DType != Invalid }

// Bytes returns the memory of t.
func (t *Tensor) Bytes() []byte { return t.data }

// Elems returns the number of elements.
func (t *Tensor) Elems() int { return t.Shape.Elems() }

// F32 returns the elements of a float32 tensor.
func (t *Tensor) F32() []float32 { return Data[float32](t) }

// F16 returns the elements of a float16 tensor.
func (t *Tensor) F16() []float16.Float16 { return Data[float16.Float16](t) }

// F64 returns the elements of a float64 tensor.
func (t *Tensor) F64() []float64 { return Data[float64](t) }

// I8 returns the elements of an int8 tensor.
func (t *Tensor) I8() []int8 { return Data[int8](t) }

// U8 returns the elements of a uint8 tensor.
func (t *Tensor) U8() []uint8 { return Data[uint8](t) }

// I32 returns the elements of an int32 tensor.
func (t *Tensor) I32() []int32 { return Data[int32](t) }

// I64 returns the elements of an int64 tensor.
func (t *Tensor) I64() []int64 { return Data[int64](t) }

// Bools returns the elements of a bool tensor.
func (t *Tensor) Bools() []bool { return Data[bool](t) }

// Clone returns a copy with memory of its own.
func (t *Tensor) Clone() *Tensor {
	c := NewTensor(t.DType, t.Shape)
	copy(c.data, t.data)
	return c
}

// Reshaped returns a tensor over the same memory with another shape of as
// many elements.
func (t *Tensor) Reshaped(s Shape) *Tensor {
	if s.Elems() != t.Elems() {
		panic(fmt.Sprintf("nn: %v reshaped to %v", t.Shape, s))
	}
	return &Tensor{t.DType, s, t.data}
}

// Truncate shortens t to its first n rows along dimension 0. Operations with
// a data-dependent result use it to state the count; see Type.Bound.
func (t *Tensor) Truncate(n int) {
	row := t.Shape.span(1, t.Shape.Rank) * t.DType.Size()
	t.Shape.Dims[0] = n
	t.data = t.data[:n*row]
}

// Ints returns the elements of an integer or bool tensor as ints.
func (t *Tensor) Ints() []int {
	out := make([]int, t.Elems())
	for i := range out {
		out[i] = t.Int(i)
	}
	return out
}

// Int returns element i of an integer or bool tensor, allocating nothing.
func (t *Tensor) Int(i int) int {
	switch t.DType {
	case Int64:
		return int(t.I64()[i])
	case Int32:
		return int(t.I32()[i])
	case Int8:
		return int(t.I8()[i])
	case Uint8:
		return int(t.U8()[i])
	case Bool:
		if t.Bools()[i] {
			return 1
		}
		return 0
	}
	panic(fmt.Sprintf("nn: %v read as integers", t.DType))
}

// Float returns element i of any tensor as a float64, allocating nothing.
func (t *Tensor) Float(i int) float64 {
	switch t.DType {
	case Float32:
		return float64(t.F32()[i])
	case Float64:
		return t.F64()[i]
	case Float16:
		return float64(t.F16()[i].Float32())
	}
	return float64(t.Int(i))
}
