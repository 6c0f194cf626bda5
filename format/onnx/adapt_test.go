package onnx

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func tconst(name string, t *nn.Tensor) []byte { return EncodeTensor(name, t) }

func f32s(v []float32, dims ...int) *nn.Tensor { return nn.T(v, dims...) }

// TestAdapters runs nodes of old operator sets. Each reads x (and the
// initializers a, b, c, d) and makes y (and z).
func TestAdapters(t *testing.T) {
	x := f32s([]float32{0, 1, 2, 3}, 1, 2, 2)
	pic := f32s([]float32{0, 1, 2, 3}, 1, 1, 2, 2)
	e := func(v float64) float32 { return float32(math.Exp(v)) }
	sum := e(0) + e(1) + e(2) + e(3)
	cases := []struct {
		name  string
		opset int64
		node  []byte
		more  [][]byte // initializers
		x     *nn.Tensor
		want  []*nn.Tensor
	}{
		{"Softmax over all behind the axis", 11, tnode("Softmax", names("x"), names("y")), nil, x,
			[]*nn.Tensor{f32s([]float32{e(0) / sum, e(1) / sum, e(2) / sum, e(3) / sum}, 1, 2, 2)}},
		{"Hardmax over all behind the axis", 11, tnode("Hardmax", names("x"), names("y")), nil, x,
			[]*nn.Tensor{f32s([]float32{0, 0, 0, 1}, 1, 2, 2)}},
		{"LogSoftmax along the last axis", 11, tnode("LogSoftmax", names("x"), names("y"), intAttr("axis", 2)), nil, f32s([]float32{5, 5}, 1, 1, 2),
			[]*nn.Tensor{f32s([]float32{-math.Ln2, -math.Ln2}, 1, 1, 2)}},
		{"Add from an axis on", 6, tnode("Add", names("x", "a"), names("y"), intAttr("broadcast", 1), intAttr("axis", 1)),
			[][]byte{tconst("a", f32s([]float32{10, 20}, 2))}, x, []*nn.Tensor{f32s([]float32{10, 11, 22, 23}, 1, 2, 2)}},
		{"Mul by what is itself computed", 6, tnode("Mul", names("x", "x"), names("y"), intAttr("broadcast", 1), intAttr("axis", 0)), nil, x,
			[]*nn.Tensor{f32s([]float32{0, 1, 4, 9}, 1, 2, 2)}},
		{"Sub at the end", 6, tnode("Sub", names("x", "a"), names("y"), intAttr("broadcast", 1)),
			[][]byte{tconst("a", f32s([]float32{10, 20}, 2))}, x, []*nn.Tensor{f32s([]float32{-10, -19, -8, -17}, 1, 2, 2)}},
		{"PRelu with a slope a channel", 6, tnode("PRelu", names("x", "a"), names("y")),
			[][]byte{tconst("a", f32s([]float32{2, 3}, 2))}, f32s([]float32{-1, -1, -1, 5}, 1, 2, 2), []*nn.Tensor{f32s([]float32{-2, -2, -3, 5}, 1, 2, 2)}},
		{"Gemm", 6, tnode("Gemm", names("x", "a", "b"), names("y"), intAttr("broadcast", 1)),
			[][]byte{tconst("a", f32s([]float32{1, 0, 0, 1}, 2, 2)), tconst("b", f32s([]float32{10, 20}, 2))},
			f32s([]float32{1, 2}, 1, 2), []*nn.Tensor{f32s([]float32{11, 22}, 1, 2)}},
		{"Squeeze", 11, tnode("Squeeze", names("x"), names("y"), intsAttr("axes", 0)), nil, x, []*nn.Tensor{f32s([]float32{0, 1, 2, 3}, 2, 2)}},
		{"Unsqueeze", 11, tnode("Unsqueeze", names("x"), names("y"), intsAttr("axes", 0)), nil, x, []*nn.Tensor{f32s([]float32{0, 1, 2, 3}, 1, 1, 2, 2)}},
		{"ReduceMean", 11, tnode("ReduceMean", names("x"), names("y"), intsAttr("axes", 2), intAttr("keepdims", 0)), nil, x,
			[]*nn.Tensor{f32s([]float32{0.5, 2.5}, 1, 2)}},
		{"ReduceSum of all", 11, tnode("ReduceSum", names("x"), names("y"), intAttr("keepdims", 0)), nil, x, []*nn.Tensor{f32s([]float32{6})}},
		{"Clip", 6, tnode("Clip", names("x"), names("y"), floatAttr("min", 0.5), floatAttr("max", 2)), nil, x,
			[]*nn.Tensor{f32s([]float32{0.5, 1, 2, 2}, 1, 2, 2)}},
		{"Clip above alone", 6, tnode("Clip", names("x"), names("y"), floatAttr("max", 2)), nil, x, []*nn.Tensor{f32s([]float32{0, 1, 2, 2}, 1, 2, 2)}},
		{"Slice", 9, tnode("Slice", names("x"), names("y"), intsAttr("starts", 1), intsAttr("ends", 1000), intsAttr("axes", 2)), nil, x,
			[]*nn.Tensor{f32s([]float32{1, 3}, 1, 2, 1)}},
		{"Split by an attribute", 11, tnode("Split", names("x"), names("y", "z"), intAttr("axis", 2), intsAttr("split", 1, 1)), nil, x,
			[]*nn.Tensor{f32s([]float32{0, 2}, 1, 2, 1), f32s([]float32{1, 3}, 1, 2, 1)}},
		{"Split in equal parts", 13, tnode("Split", names("x"), names("y", "z"), intAttr("axis", 1)), nil, x,
			[]*nn.Tensor{f32s([]float32{0, 1}, 1, 1, 2), f32s([]float32{2, 3}, 1, 1, 2)}},
		{"TopK", 9, tnode("TopK", names("x"), names("y", "z"), intAttr("k", 1)), nil, x,
			[]*nn.Tensor{f32s([]float32{1, 3}, 1, 2, 1), nn.T([]int64{1, 1}, 1, 2, 1)}},
		{"Pad", 10, tnode("Pad", names("x"), names("y"), intsAttr("pads", 0, 0, 1, 0, 0, 0), floatAttr("value", 7)), nil, x,
			[]*nn.Tensor{f32s([]float32{7, 0, 1, 7, 2, 3}, 1, 2, 3)}},
		{"Pad of operator set 1", 1, tnode("Pad", names("x"), names("y"), intsAttr("paddings", 0, 0, 0, 0, 0, 1)), nil, x,
			[]*nn.Tensor{f32s([]float32{0, 1, 0, 2, 3, 0}, 1, 2, 3)}},
		{"Reshape", 1, tnode("Reshape", names("x"), names("y"), intsAttr("shape", 4), intsAttr("consumed_inputs", 0)), nil, x,
			[]*nn.Tensor{f32s([]float32{0, 1, 2, 3}, 4)}},
		{"Concat without an axis", 1, tnode("Concat", names("x", "x"), names("y")), nil, f32s([]float32{1, 2}, 2, 1), []*nn.Tensor{f32s([]float32{1, 1, 2, 2}, 2, 2)}},
		{"Cast by name", 1, tnode("Cast", names("x"), names("y"), stringAttr("to", "INT64")), nil, f32s([]float32{3}, 1), []*nn.Tensor{nn.T([]int64{3}, 1)}},
		{"Dropout", 11, tnode("Dropout", names("x"), names("y"), floatAttr("ratio", 0.9)), nil, x, []*nn.Tensor{x}},
		{"Dropout with a mask", 13, tnode("Dropout", names("x", "", "a"), names("y", "z")), [][]byte{tconst("a", nn.Scalar(false))}, f32s([]float32{3}, 1),
			[]*nn.Tensor{f32s([]float32{3}, 1), nn.T([]bool{true}, 1)}},
		{"ConstantFill", 6, tnode("ConstantFill", names("x"), names("y"), floatAttr("value", 7)), nil, f32s([]float32{1, 2}, 2),
			[]*nn.Tensor{f32s([]float32{7, 7}, 2)}},
		{"Upsample by an attribute", 7, tnode("Upsample", names("x"), names("y"), floatsAttr("scales", 1, 1, 1, 2)), nil, pic,
			[]*nn.Tensor{f32s([]float32{0, 0, 1, 1, 2, 2, 3, 3}, 1, 1, 2, 4)}},
		{"Upsample by an operand", 9, tnode("Upsample", names("x", "a"), names("y"), stringAttr("mode", "linear")),
			[][]byte{tconst("a", f32s([]float32{1, 1, 1, 2}, 4))}, pic, []*nn.Tensor{f32s([]float32{0, 0.5, 1, 1, 2, 2.5, 3, 3}, 1, 1, 2, 4)}},
		{"Upsample of operator set 1", 1, tnode("Upsample", names("x"), names("y"), floatAttr("height_scale", 2), floatAttr("width_scale", 1)), nil, pic,
			[]*nn.Tensor{f32s([]float32{0, 1, 0, 1, 2, 3, 2, 3}, 1, 1, 4, 2)}},
		{"Resize rounds down", 10, tnode("Resize", names("x", "a"), names("y")), [][]byte{tconst("a", f32s([]float32{1, 1, 1, 1.5}, 4))}, pic,
			[]*nn.Tensor{f32s([]float32{0, 0, 1, 2, 2, 3}, 1, 1, 2, 3)}},
		{"Resize with empty operands", 11, tnode("Resize", names("x", "a", "a", "b"), names("y"), stringAttr("coordinate_transformation_mode", "asymmetric"), stringAttr("nearest_mode", "floor")),
			[][]byte{tconst("a", f32s([]float32{}, 0)), tconst("b", nn.T([]int64{1, 1, 2, 4}, 4))}, pic,
			[]*nn.Tensor{f32s([]float32{0, 0, 1, 1, 2, 2, 3, 3}, 1, 1, 2, 4)}},
		{"BatchNormalization", 8, tnode("BatchNormalization", names("x", "a", "b", "b", "a"), names("y"), floatAttr("epsilon", 0), floatAttr("momentum", 0.5)),
			[][]byte{tconst("a", f32s([]float32{4, 4}, 2)), tconst("b", f32s([]float32{1, 1}, 2))}, x,
			[]*nn.Tensor{f32s([]float32{-1, 1, 3, 5}, 1, 2, 2)}},
		{"GroupNormalization with a scale a group", 18, tnode("GroupNormalization", names("x", "a", "b"), names("y"), intAttr("num_groups", 1), floatAttr("epsilon", 0)),
			[][]byte{tconst("a", f32s([]float32{2}, 1)), tconst("b", f32s([]float32{1}, 1))}, f32s([]float32{-1, -1, 1, 1}, 1, 2, 2),
			[]*nn.Tensor{f32s([]float32{-1, -1, 3, 3}, 1, 2, 2)}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := tm{opset: c.opset, nodes: [][]byte{c.node}, inits: c.more, outputs: names("y", "z")[:len(c.want)],
				inputs: [][]byte{tinput("x", c.x.Shape.Slice()...)}}
			g := decode(t, m)
			got := evaluate(t, g, map[string]*nn.Tensor{"x": c.x})
			for i, want := range c.want {
				if got[i].DType != want.DType || got[i].Shape != want.Shape {
					t.Fatalf("result %d is %v %v, want %v %v", i, got[i].DType, got[i].Shape, want.DType, want.Shape)
				}
				for j := range want.Elems() {
					if d := got[i].Float(j) - want.Float(j); math.Abs(d) > 1e-5 {
						t.Errorf("result %d element %d is %v, want %v", i, j, got[i].Float(j), want.Float(j))
					}
				}
			}
		})
	}
}

// TestAdaptersKeepItSimple holds the plain cases to one node.
func TestAdaptersKeepItSimple(t *testing.T) {
	for name, m := range map[string]tm{
		"Softmax of rank 2": {opset: 11, nodes: [][]byte{tnode("Softmax", names("x"), names("y"))}},
		"Clip":              {opset: 6, nodes: [][]byte{tnode("Clip", names("x"), names("y"), floatAttr("min", 0))}},
		"Dropout":           {opset: 7, nodes: [][]byte{tnode("Dropout", names("x"), names("y"), floatAttr("ratio", 0.5))}},
		"Add":               {opset: 6, nodes: [][]byte{tnode("Add", names("x", "x"), names("y"), intAttr("axis", 1))}},
	} {
		m.inputs, m.outputs = [][]byte{tinput("x", 2, 3)}, names("y")
		if g := decode(t, m); len(g.Nodes) != 1 {
			t.Errorf("%s: %d nodes", name, len(g.Nodes))
		}
	}
}

// TestMixedFloats: the bounds of an old Clip take the type of what they bound.
func TestMixedFloats(t *testing.T) {
	g := decode(t, tm{opset: 6, outputs: names("y"), inputs: [][]byte{encodeInfo("x", nn.Float64, []nn.Dim{nn.D(2)}, true)},
		nodes: [][]byte{tnode("Clip", names("x"), names("y"), floatAttr("min", 0))}})
	got := evaluate(t, g, map[string]*nn.Tensor{"x": nn.T([]float64{-1, 2}, 2)})
	if got[0].DType != nn.Float64 || !slices.Equal(got[0].F64(), []float64{0, 2}) {
		t.Errorf("got %v", got[0])
	}
}

func TestConstantForms(t *testing.T) {
	for _, c := range []struct {
		attr nn.Attr
		want *nn.Tensor
	}{
		{tensorAttr("value", nn.T([]int8{1, 2}, 2)), nn.T([]int8{1, 2}, 2)},
		{floatAttr("value_float", 2), nn.Scalar(float32(2))},
		{floatsAttr("value_floats", 2, 3), nn.T([]float32{2, 3}, 2)},
		{intAttr("value_int", 2), nn.Scalar(int64(2))},
		{intsAttr("value_ints"), nn.T([]int64{}, 0)},
	} {
		g := decode(t, tm{opset: 13, nodes: [][]byte{tnode("Constant", nil, names("y"), c.attr)}, outputs: names("y")})
		if len(g.Nodes) != 0 || !same(g.Values[g.Outputs[0]].Const, c.want) {
			t.Errorf("%s is %+v", c.attr.Name, g.Values)
		}
	}
}

func TestAdapterRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		opset int64
		node  []byte
		attr  string
	}{
		"per-element statistics": {8, tnode("BatchNormalization", names("x", "x", "x", "x", "x"), names("y"), intAttr("spatial", 0)), "spatial"},
		"training":               {8, tnode("BatchNormalization", names("x", "x", "x", "x", "x"), names("y", "a")), "outputs"},
		"old mask":               {7, tnode("Dropout", names("x"), names("a", "y")), "mask"},
		"negative axis":          {6, tnode("Add", names("x", "x"), names("y"), intAttr("broadcast", 1), intAttr("axis", -2)), "axis"},
		"cubic Upsample":         {9, tnode("Upsample", names("x", "x"), names("y"), stringAttr("mode", "cubic")), "mode"},
		"string constant":        {13, tnode("Constant", nil, names("y"), stringAttr("value_string", "a")), "value_string"},
		"old Tile":               {1, tnode("Tile", names("x", "x", "x"), names("y")), "tiles"},
	} {
		_, err := Decode("some.onnx", tm{opset: c.opset, nodes: [][]byte{c.node}, outputs: names("y"), inputs: [][]byte{tinput("x", 2)}}.bytes())
		var eu *nn.ErrUnsupported
		if !errors.As(err, &eu) || eu.Attr != c.attr || eu.Node == "" || !strings.HasPrefix(eu.Node, eu.Op) {
			t.Errorf("%s: error is %v, want an unsupported %s", name, err, c.attr)
		}
	}
}
