package nn

import (
	"fmt"

	"github.com/x448/float16"
)

// DType is the type of a tensor's elements.
type DType uint8

// The element types that Ocellus computes with. Float16 is a storage type of
// the generic operations: the compiler brackets what has no half form with
// casts to Float32.
const (
	Invalid DType = iota
	Float32
	Float16
	Float64
	Int8
	Uint8
	Int32
	Int64
	Bool
)

var dtypeNames = [...]string{"invalid", "float32", "float16", "float64", "int8", "uint8", "int32", "int64", "bool"}
var dtypeSizes = [...]int{0, 4, 2, 8, 1, 1, 4, 8, 1}

// String returns the name of d as error messages and reports print it.
func (d DType) String() string {
	if int(d) < len(dtypeNames) {
		return dtypeNames[d]
	}
	return fmt.Sprintf("dtype(%d)", uint8(d))
}

// Size returns the bytes of one element; 0 for Invalid.
func (d DType) Size() int {
	if int(d) < len(dtypeSizes) {
		return dtypeSizes[d]
	}
	return 0
}

// IsFloat reports whether d is one of the floating-point types.
func (d DType) IsFloat() bool { return d == Float32 || d == Float16 || d == Float64 }

// IsInt reports whether d is one of the integer types (bool is not).
func (d DType) IsInt() bool { return d == Int8 || d == Uint8 || d == Int32 || d == Int64 }

// DTypes is a set of element types.
type DTypes uint16

// Sets of element types, as the op table names them.
const (
	Floats  = DTypes(1<<Float32 | 1<<Float64)
	Ints    = DTypes(1<<Int8 | 1<<Uint8 | 1<<Int32 | 1<<Int64)
	Numbers = Floats | Ints
	Bools   = DTypes(1 << Bool)
	Halfs   = DTypes(1 << Float16)
	// AllDTypes is for operations that only move elements about.
	AllDTypes = Numbers | Bools | Halfs
)

// Has reports whether d is in the set.
func (s DTypes) Has(d DType) bool { return s&(1<<d) != 0 }

// Set returns the set of the given types.
func Set(ds ...DType) DTypes {
	var s DTypes
	for _, d := range ds {
		s |= 1 << d
	}
	return s
}

// Element is the set of Go types that hold tensor elements.
type Element interface {
	float32 | float64 | float16.Float16 | int8 | uint8 | int32 | int64 | bool
}

// Number is the set of Go types that generic arithmetic runs over.
type Number interface {
	~float32 | ~float64 | ~int8 | ~uint8 | ~int32 | ~int64
}

// Float is the set of Go types that generic floating-point code runs over.
// The float64 instance is the exact twin that gradient checks compare with.
type Float interface{ ~float32 | ~float64 }

// DTypeOf returns the element type whose Go type is T.
func DTypeOf[T Element]() DType {
	var z T
	switch any(z).(type) {
	case float32:
		return Float32
	case float16.Float16:
		return Float16
	case float64:
		return Float64
	case int8:
		return Int8
	case uint8:
		return Uint8
	case int32:
		return Int32
	case int64:
		return Int64
	case bool:
		return Bool
	}
	return Invalid
}
