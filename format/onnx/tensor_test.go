package onnx

import (
	"errors"
	"math"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/x448/float16"

	"github.com/ocellus-vision/ocellus/format"
	"github.com/ocellus-vision/ocellus/nn"
)

func sample() []*nn.Tensor {
	return []*nn.Tensor{
		nn.T([]float32{1.5, -2, float32(math.Inf(1))}, 3), nn.T([]float64{1e300, -2}, 1, 2),
		nn.T([]float16.Float16{float16.Fromfloat32(0.5)}, 1), nn.T([]int8{-128, 127}, 2), nn.T([]uint8{0, 255}, 2),
		nn.T([]int32{math.MinInt32, 7}, 2), nn.T([]int64{math.MaxInt64, -1}, 2), nn.T([]bool{true, false}, 2),
		nn.Scalar(float32(3)), nn.T([]float32{}, 0, 5),
	}
}

func same(a, b *nn.Tensor) bool {
	return a.DType == b.DType && a.Shape == b.Shape && slices.Equal(a.Bytes(), b.Bytes())
}

func TestTensorRoundTrip(t *testing.T) {
	for _, want := range sample() {
		name, got, err := DecodeTensor("t.pb", EncodeTensor("t", want))
		if err != nil {
			t.Fatal(err)
		}
		if name != "t" || !same(got, want) {
			t.Errorf("%v %v came back as %q %v %v", want.DType, want.Shape, name, got.DType, got.Shape)
		}
	}
}

// TestTypedFields reads elements from the fields that are not raw_data, packed
// and one by one.
func TestTypedFields(t *testing.T) {
	doubles := protowire.AppendFixed64(protowire.AppendFixed64(nil, math.Float64bits(1.5)), math.Float64bits(-2))
	cases := []struct {
		name string
		typ  int64
		data []byte
		want *nn.Tensor
	}{
		{"float", typeFloat, appendPackedFloats(nil, tensorFloats, []float32{1, 2}), nn.T([]float32{1, 2}, 2)},
		{"float unpacked", typeFloat, appendFloat(appendFloat(nil, tensorFloats, 1), tensorFloats, 2), nn.T([]float32{1, 2}, 2)},
		{"double", typeDouble, appendMessage(nil, tensorDoubles, doubles), nn.T([]float64{1.5, -2}, 2)},
		{"int8", 3, appendPacked(nil, tensorInt32s, []int64{-1, 5}), nn.T([]int8{-1, 5}, 2)},
		{"uint8", 2, appendPacked(nil, tensorInt32s, []int64{255, 5}), nn.T([]uint8{255, 5}, 2)},
		{"int32 unpacked", 6, appendInt(appendInt(nil, tensorInt32s, -1), tensorInt32s, 9), nn.T([]int32{-1, 9}, 2)},
		{"int64", 7, appendPacked(nil, tensorInt64s, []int64{-1, 1 << 40}), nn.T([]int64{-1, 1 << 40}, 2)},
		{"bool", 9, appendPacked(nil, tensorInt32s, []int64{0, 1}), nn.T([]bool{false, true}, 2)},
		{"float16", typeFloat16, appendPacked(nil, tensorInt32s, []int64{0x3c00, 0xc000}),
			nn.T([]float16.Float16{float16.Fromfloat32(1), float16.Fromfloat32(-2)}, 2)},
		{"bool raw", 9, appendMessage(nil, tensorRaw, []byte{0, 7}), nn.T([]bool{false, true}, 2)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, got, err := DecodeTensor("t.pb", append(appendInt(appendInt(nil, tensorDims, 2), tensorType, c.typ), c.data...))
			if err != nil {
				t.Fatal(err)
			}
			if !same(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestTensorRefusals(t *testing.T) {
	head := func(dims []int64, typ int64) []byte {
		return appendInt(appendPacked(nil, tensorDims, dims), tensorType, typ)
	}
	cases := []struct {
		name string
		data []byte
		want any
	}{
		{"more elements claimed than there are", appendMessage(head([]int64{1 << 30}, typeFloat), tensorRaw, make([]byte, 8)), new(*format.ErrCorrupt)},
		{"fewer", appendMessage(head([]int64{1}, typeFloat), tensorRaw, make([]byte, 8)), new(*format.ErrCorrupt)},
		{"half an element", appendMessage(head([]int64{1}, typeFloat), tensorRaw, make([]byte, 3)), new(*format.ErrCorrupt)},
		{"no data", head([]int64{4}, typeFloat), new(*format.ErrCorrupt)},
		{"negative dimension", head([]int64{-1}, typeFloat), new(*format.ErrCorrupt)},
		{"product overflows", head([]int64{1 << 30, 1 << 30, 1 << 30}, typeFloat), new(*format.ErrCorrupt)},
		{"undefined type", head([]int64{0}, 77), new(*format.ErrCorrupt)},
		{"no type", appendPacked(nil, tensorDims, []int64{0}), new(*format.ErrCorrupt)},
		{"rank 9", head(make([]int64, 9), typeFloat), new(*nn.ErrUnsupported)},
		{"bfloat16", head([]int64{0}, 16), new(*nn.ErrUnsupported)},
		{"uint16", head([]int64{0}, 4), new(*nn.ErrUnsupported)},
		{"string", appendString(head([]int64{1}, 8), tensorStrings, "a"), new(*nn.ErrUnsupported)},
		{"other file", appendInt(head([]int64{1}, typeFloat), tensorLocation, 1), new(*nn.ErrUnsupported)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, _, err := DecodeTensor("t.pb", c.data); !errors.As(err, c.want) {
				t.Errorf("error is %T %v, want a %T", err, err, c.want)
			}
		})
	}
}
