package nn

import (
	"fmt"
	"strconv"
	"strings"
)

// MaxRank is the largest number of dimensions a tensor may have.
const MaxRank = 8

// MaxElems is the largest number of elements a tensor may have.
const MaxElems = 1<<31 - 1

// Shape is the extent of a tensor along each dimension, in ONNX's logical
// order (N, C, H, W for pictures). It is comparable with ==: dimensions past
// Rank are zero.
type Shape struct {
	Rank int
	Dims [MaxRank]int
}

// NewShape returns the shape with the given dimensions. It fails when there
// are more than MaxRank, when one is negative, or when the elements exceed
// MaxElems.
func NewShape(dims ...int) (Shape, error) {
	var s Shape
	if len(dims) > MaxRank {
		return s, fmt.Errorf("rank %d is over the limit of %d", len(dims), MaxRank)
	}
	s.Rank = copy(s.Dims[:], dims)
	return s, s.check()
}

// S is NewShape for shapes known to be good; it panics on others.
func S(dims ...int) Shape {
	s, err := NewShape(dims...)
	if err != nil {
		panic("nn.S: " + err.Error())
	}
	return s
}

func (s Shape) check() error {
	// A zero anywhere makes the product zero, yet the other dimensions must
	// still be harmless when code multiplies a part of them.
	n := 1
	for _, d := range s.Dims[:s.Rank] {
		if d < 0 {
			return fmt.Errorf("negative dimension in %v", s)
		}
		if d == 0 {
			continue
		}
		if n > MaxElems/d {
			return fmt.Errorf("%v has more than %d elements", s, MaxElems)
		}
		n *= d
	}
	return nil
}

// Slice returns the dimensions as a slice that aliases s.
func (s *Shape) Slice() []int { return s.Dims[:s.Rank] }

// Elems returns the number of elements; 1 for a scalar.
func (s Shape) Elems() int { return s.span(0, s.Rank) }

// span returns the product of dimensions from..to-1.
func (s Shape) span(from, to int) int {
	n := 1
	for _, d := range s.Dims[from:to] {
		n *= d
	}
	return n
}

// Strides returns the row-major strides in elements.
func (s Shape) Strides() [MaxRank]int {
	var st [MaxRank]int
	n := 1
	for i := s.Rank - 1; i >= 0; i-- {
		st[i] = n
		n *= s.Dims[i]
	}
	return st
}

// String prints the shape as [1 3 224 224].
func (s Shape) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, d := range s.Dims[:s.Rank] {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.Itoa(d))
	}
	b.WriteByte(']')
	return b.String()
}

// Axis resolves an axis counted from the end when negative. ok is false when
// it lies outside -rank..rank-1.
func Axis(axis, rank int) (resolved int, ok bool) {
	if axis < 0 {
		axis += rank
	}
	return axis, axis >= 0 && axis < rank
}

// Broadcast returns the shape that the operands take together by ONNX's
// multidirectional broadcasting.
func Broadcast(shapes ...Shape) (Shape, error) {
	var out Shape
	for _, s := range shapes {
		out.Rank = max(out.Rank, s.Rank)
	}
	for i := 1; i <= out.Rank; i++ {
		d := 1
		for _, s := range shapes {
			if i > s.Rank {
				continue
			}
			switch e := s.Dims[s.Rank-i]; {
			case e == d || e == 1:
			case d == 1:
				d = e
			default:
				return Shape{}, fmt.Errorf("%v do not broadcast: dimension %d from the end is both %d and %d", append([]Shape(nil), shapes...), i, d, e)
			}
		}
		out.Dims[out.Rank-i] = d
	}
	return out, out.check()
}

// BroadcastStrides returns the strides, in elements and counted over the
// dimensions of out, at which s is read when broadcast to out: 0 where s
// repeats.
func BroadcastStrides(s, out Shape) [MaxRank]int {
	own := s.Strides()
	var st [MaxRank]int
	for i := 1; i <= s.Rank; i++ {
		if s.Dims[s.Rank-i] != 1 {
			st[out.Rank-i] = own[s.Rank-i]
		}
	}
	return st
}
