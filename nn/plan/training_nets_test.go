package plan_test

import "github.com/ocellus-vision/ocellus/nn"

func list(v ...int64) *nn.Tensor { return nn.T(v, len(v)) }

// node adds an operation of default attributes, changed by set.
func node[T any, P interface {
	*T
	nn.Op
}](b *nn.Builder, name string, set func(P), in ...nn.ValueID) nn.ValueID {
	op := nn.RowOf(P(new(T))).New().(P)
	if set != nil {
		set(op)
	}
	return b.Node(name, op, in...)
}

// mixedNets are the pieces of networks whose gradients go through package nn's
// operations, beside kernels and in the layouts that those want.
var mixedNets = []trained{
	{"softmax", nn.S(2, 3, 6, 6), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(1), true, 5, 3, 3, 3)
		x = node[nn.Softmax](b, "softmax", func(o *nn.Softmax) { o.Axis = 1 }, x)
		x = b.Node("flat", &nn.Flatten{Axis: 1}, convOf(b, "c2", x, same(0), false, 4, 5, 1, 1))
		x = b.Node("fc", &nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, x, b.Param("w", drawn(1, 6, 144)))
		return node[nn.LogSoftmax](b, "log", nil, x)
	}},
	{"concat, split", nn.S(2, 3, 7, 6), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = node[nn.LeakyRelu](b, "leaky", nil, convOf(b, "c1", x, same(1), true, 12, 3, 3, 3))
		p := b.NodeN("split", &nn.Split{Axis: 1}, []nn.ValueID{x, b.Const("extents", list(4, 8))}, []string{"p0", "p1"})
		y := node[nn.Swish](b, "silu", nil, convOf(b, "c2", p[0], same(1), true, 6, 4, 3, 3))
		part := b.Node("slice", &nn.Slice{}, p[1], b.Const("from", list(1)), b.Const("to", list(6)), b.Const("axis", list(1)))
		x = b.Node("concat", &nn.Concat{Axis: 1}, y, part, p[0])
		return convOf(b, "c3", x, same(0), true, 7, 15, 1, 1)
	}},
	{"pyramid", nn.S(2, 3, 8, 8), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(1), true, 6, 3, 3, 3)
		y := convOf(b, "c2", x, &nn.Conv{Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}}, true, 5, 6, 3, 3)
		twice := b.Const("scales", nn.T([]float32{1, 1, 2, 2}, 4))
		up := node[nn.Resize](b, "nearest", func(o *nn.Resize) { o.Coordinates, o.NearestMode = "asymmetric", "floor" }, y, nn.None, twice)
		soft := node[nn.Resize](b, "linear", func(o *nn.Resize) { o.Mode = "linear" }, y, nn.None, twice)
		x = b.Node("concat", &nn.Concat{Axis: 1}, x, up, soft)
		return convOf(b, "c3", node[nn.HardSwish](b, "hswish", nil, x), same(1), true, 4, 16, 3, 3)
	}},
	{"gates", nn.S(2, 3, 7, 7), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = node[nn.HardSwish](b, "hswish", nil, convOf(b, "c1", x, same(1), true, 16, 3, 3, 3))
		y := b.Node("gap", &nn.GlobalAveragePool{}, x)
		y = b.Node("relu", &nn.Relu{}, convOf(b, "c2", y, same(0), true, 4, 16, 1, 1))
		y = node[nn.HardSigmoid](b, "gate", nil, convOf(b, "c3", y, same(0), true, 16, 4, 1, 1))
		x = b.Node("mul", &nn.Mul{}, x, y)
		z := node[nn.ReduceMean](b, "pixels", nil, x, b.Const("axes", list(1)))
		x = b.Node("attend", &nn.Mul{}, node[nn.Sigmoid](b, "sigmoid", nil, z), x)
		return convOf(b, "c4", x, same(0), false, 5, 16, 1, 1)
	}},
	{"LRN", nn.S(2, 3, 10, 9), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = b.Node("relu", &nn.Relu{}, convOf(b, "c1", x, same(1), true, 9, 3, 3, 3))
		x = node[nn.LRN](b, "lrn", func(o *nn.LRN) { o.Alpha, o.Size = 0.5, 5 }, x)
		x = b.Node("mp", &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{3, 3}, Strides: []int{2, 2}}, x)
		return convOf(b, "c2", x, same(1), true, 4, 9, 3, 3)
	}},
	{"shuffle", nn.S(2, 4, 5, 6), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(0), true, 12, 4, 1, 1)
		x = b.Node("groups", &nn.Reshape{}, x, b.Const("s1", list(0, 3, 4, 5, 6)))
		x = b.Node("swap", &nn.Transpose{Perm: []int{0, 2, 1, 3, 4}}, x)
		x = b.Node("join", &nn.Reshape{}, x, b.Const("s2", list(0, 12, 5, 6)))
		x = convOf(b, "c2", x, &nn.Conv{Group: 12, Pads: []int{1, 1, 1, 1}}, false, 12, 1, 3, 3)
		x = b.Node("rows", &nn.Transpose{Perm: []int{0, 2, 3, 1}}, x)
		return b.Node("mm", &nn.MatMul{}, x, b.Param("w", drawn(5, 12, 3)))
	}},
	{"frozen", nn.S(2, 3, 7, 8), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(1), false, 6, 3, 3, 3)
		x = b.Node("frozen", &nn.BatchNormalization{Epsilon: 1e-5, Momentum: 0.9}, x,
			b.Const("g", positive(5, 6)), b.Const("b", drawn(6, 6)), b.Const("m", drawn(8, 6)), b.Const("v", positive(9, 6)))
		x = b.Node("relu", &nn.Relu{}, x)
		return normOf(b, "n", convOf(b, "c2", x, same(1), false, 5, 6, 3, 3), 5)
	}},
	{"decoder", nn.S(2, 3, 6, 5), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, &nn.Conv{Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}}, true, 6, 3, 3, 3)
		x = node[nn.ConvTranspose](b, "up", func(o *nn.ConvTranspose) { o.Strides, o.Pads = []int{2, 2}, []int{1, 1, 1, 1} },
			x, b.Param("up.w", drawn(4, 6, 5, 4, 4)), b.Param("up.b", drawn(7, 5)))
		x = b.Node("prelu", &nn.PRelu{}, x, b.Param("slope", drawn(8, 5, 1, 1)))
		x = b.Node("pad", &nn.Pad{Mode: "reflect"}, x, b.Const("pads", list(0, 0, 1, 1, 0, 0, 1, 1)))
		return convOf(b, "c2", x, same(0), true, 3, 5, 3, 3)
	}},
	{"norms", nn.S(2, 3, 6, 6), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = convOf(b, "c1", x, same(1), true, 6, 3, 3, 3)
		x = node[nn.GroupNormalization](b, "gn", func(o *nn.GroupNormalization) { o.NumGroups = 2 }, x, b.Param("gn.g", positive(5, 6)), b.Param("gn.b", drawn(6, 6)))
		x = node[nn.Mish](b, "mish", nil, convOf(b, "c2", x, same(1), true, 4, 6, 3, 3))
		x = node[nn.InstanceNormalization](b, "in", nil, x, b.Param("in.g", positive(7, 4)), b.Param("in.b", drawn(8, 4)))
		x = b.Node("relu6", &nn.Clip{}, x, b.Const("lo", nn.Scalar[float32](0)), b.Const("hi", nn.Scalar[float32](6)))
		return convOf(b, "c3", x, same(0), true, 3, 4, 1, 1)
	}},
	{"attention", nn.S(2, 5, 8), func(b *nn.Builder, x nn.ValueID) nn.ValueID {
		x = node[nn.LayerNormalization](b, "ln", nil, x, b.Param("ln.g", positive(5, 8)), b.Param("ln.b", drawn(6, 8)))
		q := b.Node("q", &nn.MatMul{}, x, b.Param("wq", drawn(1, 8, 6)))
		k := b.Node("k", &nn.MatMul{}, x, b.Param("wk", drawn(2, 8, 6)))
		v := b.Node("v", &nn.MatMul{}, x, b.Param("wv", drawn(3, 8, 7)))
		s := b.Node("scores", &nn.MatMul{}, q, b.Node("kt", &nn.Transpose{Perm: []int{0, 2, 1}}, k))
		s = node[nn.Softmax](b, "softmax", nil, b.Node("scaled", &nn.Div{}, s, b.Const("root", nn.Scalar[float32](2.4))))
		x = node[nn.Gelu](b, "gelu", nil, b.Node("mix", &nn.MatMul{}, s, v))
		return node[nn.ReduceL2](b, "length", func(o *nn.ReduceL2) { o.KeepDims = false }, x, b.Const("axes", list(1)))
	}},
}
