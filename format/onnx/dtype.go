package onnx

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// Element types of TensorProto.DataType.
const (
	typeFloat   = 1
	typeUint8   = 2
	typeInt8    = 3
	typeInt32   = 6
	typeInt64   = 7
	typeBool    = 9
	typeFloat16 = 10
	typeDouble  = 11
)

// typeNames are the element types of ONNX by number, as error messages print
// them.
var typeNames = [...]string{"undefined", "float", "uint8", "int8", "uint16", "int16", "int32", "int64", "string",
	"bool", "float16", "double", "uint32", "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn",
	"float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4", "int4", "float4e2m1", "float8e8m0", "uint2", "int2"}

func typeName(t int64) string {
	if t >= 0 && t < int64(len(typeNames)) {
		return typeNames[t]
	}
	return fmt.Sprintf("element type %d", t)
}

// dtypeOf returns the element type of ONNX number t; ok is false for one that
// Ocellus does not compute with.
func dtypeOf(t int64) (d nn.DType, ok bool) {
	switch t {
	case typeFloat:
		return nn.Float32, true
	case typeUint8:
		return nn.Uint8, true
	case typeInt8:
		return nn.Int8, true
	case typeInt32:
		return nn.Int32, true
	case typeInt64:
		return nn.Int64, true
	case typeBool:
		return nn.Bool, true
	case typeFloat16:
		return nn.Float16, true
	case typeDouble:
		return nn.Float64, true
	}
	return nn.Invalid, false
}

// typeOf is the inverse of dtypeOf.
func typeOf(d nn.DType) int64 {
	switch d {
	case nn.Float32:
		return typeFloat
	case nn.Uint8:
		return typeUint8
	case nn.Int8:
		return typeInt8
	case nn.Int32:
		return typeInt32
	case nn.Int64:
		return typeInt64
	case nn.Bool:
		return typeBool
	case nn.Float16:
		return typeFloat16
	case nn.Float64:
		return typeDouble
	}
	return 0
}
