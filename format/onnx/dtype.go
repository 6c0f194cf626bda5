package onnx

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// Element types of TensorProto.DataType that the reader names.
const (
	typeFloat   = 1
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
	if t < 0 || t >= int64(len(typeNames)) {
		return nn.Invalid, false
	}
	return nn.DTypeFromONNX(int(t))
}
