package onnx

import (
	"bytes"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func FuzzDecode(f *testing.F) {
	data, err := Encode(smallGraph(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	x := [][]byte{tinput("x", 2, 3)}
	for _, m := range []tm{
		{opset: 11, nodes: [][]byte{tnode("Softmax", names("x"), names("y"))}, inputs: x, outputs: names("y")},
		{opset: 6, nodes: [][]byte{tnode("Add", names("x", "x"), names("y"), intAttr("broadcast", 1), intAttr("axis", 1))}, inputs: x, outputs: names("y")},
		{opset: 9, nodes: [][]byte{tnode("Slice", names("x"), names("y"), intsAttr("starts", 0), intsAttr("ends", 1))}, inputs: x, outputs: names("y")},
		{opset: 9, nodes: [][]byte{tnode("Upsample", names("x"), names("y"), floatsAttr("scales", 1, 2))}, inputs: x, outputs: names("y")},
		{opset: 13, nodes: [][]byte{tnode("Dropout", names("x"), names("y", "m")), tnode("Constant", nil, names("k"), floatAttr("value_float", 1))},
			inputs: x, outputs: names("y")},
	} {
		f.Add(m.bytes())
	}
	for i := range nn.Rows {
		data, err := Encode(graphOf(f, &nn.Rows[i]))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := Decode("fuzz.onnx", data)
		if err != nil {
			return
		}
		// Whatever is read can be written, and then stays as it is.
		once, err := Encode(g)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode("once.onnx", once)
		if err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		twice, err := Encode(again)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once, twice) {
			t.Error("a second writing differs")
		}
	})
}

func FuzzDecodeTensor(f *testing.F) {
	for _, s := range sample() {
		f.Add(EncodeTensor("t", s))
	}
	f.Add(appendPacked(appendInt(appendInt(nil, tensorDims, 2), tensorType, 3), tensorInt32s, []int64{1, -1}))
	f.Fuzz(func(t *testing.T, data []byte) {
		name, a, err := DecodeTensor("fuzz.pb", data)
		if err != nil {
			return
		}
		if a.Elems() > len(data) && a.DType != nn.Invalid {
			t.Errorf("%d elements from %d bytes", a.Elems(), len(data))
		}
		again, b, err := DecodeTensor("again.pb", EncodeTensor(name, a))
		if err != nil || again != name || !same(a, b) {
			t.Errorf("%q %v %v does not come back: %v", name, a.DType, a.Shape, err)
		}
	})
}
