package nn_test

import (
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

func convCases() []testCase { return slices.Concat(windowCases(), transposedCases(), resizeCases()) }

func windowCases() []testCase {
	x := nn.T([]float32{1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1, 3, 3)
	ones := nn.T([]float32{1, 1, 1, 1, 1, 1, 1, 1, 1}, 1, 1, 3, 3)
	return []testCase{
		{name: "3x3 padded", op: &nn.Conv{AutoPad: "NOTSET", Group: 1, Pads: []int{1, 1, 1, 1}}, in: []*nn.Tensor{x, ones},
			want: []*nn.Tensor{nn.T([]float32{12, 21, 16, 27, 45, 33, 24, 39, 28}, 1, 1, 3, 3)}},
		{name: "stride 2, same lower, bias", op: &nn.Conv{AutoPad: "SAME_LOWER", Group: 1, Strides: []int{2, 2}},
			in:   []*nn.Tensor{x, nn.T([]float32{1, 10, 100, 1000}, 1, 1, 2, 2), nn.T([]float32{0.5}, 1)},
			want: []*nn.Tensor{nn.T([]float32{1000.5, 3200.5, 7040.5, 9865.5}, 1, 1, 2, 2)}},
		{name: "groups, dilation, 1-D", op: &nn.Conv{AutoPad: "NOTSET", Group: 2, Dilations: []int{2}},
			in:   []*nn.Tensor{nn.T([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 4), nn.T([]float32{1, -1, 2, 1}, 2, 1, 2)},
			want: []*nn.Tensor{nn.T([]float32{-2, -2, 17, 20}, 1, 2, 2)}},
		{name: "groups of several", op: &nn.Conv{AutoPad: "NOTSET", Group: 2}, in: []*nn.Tensor{ramp(2, 4, 5), ramp(6, 2, 3), ramp(6)}},
		{name: "3-D", op: &nn.Conv{AutoPad: "NOTSET", Group: 1, Pads: []int{1, 0, 1, 0, 1, 1}, Strides: []int{2, 1, 1}},
			in: []*nn.Tensor{ramp(2, 2, 3, 4, 3), ramp(3, 2, 2, 3, 2), ramp(3)}},
		{name: "2x2", op: &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{2, 2}}, in: []*nn.Tensor{x},
			want: []*nn.Tensor{nn.T([]float32{5, 6, 8, 9}, 1, 1, 2, 2)}},
		{name: "ceil, indices", op: &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{2, 2}, Strides: []int{2, 2}, CeilMode: true}, in: []*nn.Tensor{x}, outs: 2,
			want: []*nn.Tensor{nn.T([]float32{5, 6, 8, 9}, 1, 1, 2, 2), nn.T([]int64{4, 5, 7, 8}, 1, 1, 2, 2)}},
		{name: "column order", op: &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{2, 2}, StorageOrder: true}, in: []*nn.Tensor{x}, outs: 2,
			want: []*nn.Tensor{nn.T([]float32{5, 6, 8, 9}, 1, 1, 2, 2), nn.T([]int64{4, 7, 5, 8}, 1, 1, 2, 2)}},
		{name: "bytes", op: &nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{3}, Pads: []int{1, 1}}, in: []*nn.Tensor{nn.T([]int8{-5, -7, -6, -9}, 1, 1, 4)},
			want: []*nn.Tensor{nn.T([]int8{-5, -5, -6, -6}, 1, 1, 4)}},
		{name: "padded", op: &nn.AveragePool{AutoPad: "NOTSET", KernelShape: []int{3, 3}, Pads: []int{1, 1, 1, 1}}, in: []*nn.Tensor{x},
			want: []*nn.Tensor{nn.T([]float32{3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7}, 1, 1, 3, 3)}},
		{name: "padding counted", op: &nn.AveragePool{AutoPad: "NOTSET", KernelShape: []int{3, 3}, Strides: []int{2, 2}, Pads: []int{1, 1, 1, 1}, CountIncludePad: true},
			in: []*nn.Tensor{x}, want: []*nn.Tensor{nn.T([]float32{12. / 9, 16. / 9, 24. / 9, 28. / 9}, 1, 1, 2, 2)}},
		// Windows start at -1 and 2; the second covers 2, a counted pad, and
		// a position past it that is not counted.
		{name: "padding counted, ceil", op: &nn.AveragePool{AutoPad: "NOTSET", KernelShape: []int{3}, Strides: []int{3}, Pads: []int{1, 1}, CountIncludePad: true, CeilMode: true},
			in: []*nn.Tensor{nn.T([]float32{1, 2, 5}, 1, 1, 3)}, want: []*nn.Tensor{nn.T([]float32{1, 2.5}, 1, 1, 2)}},
		{name: "dilated", op: &nn.AveragePool{AutoPad: "NOTSET", KernelShape: []int{2}, Dilations: []int{2}}, in: []*nn.Tensor{nn.T([]float32{1, 2, 5, 6}, 1, 1, 4)},
			want: []*nn.Tensor{nn.T([]float32{3, 4}, 1, 1, 2)}},
		{name: "2-D", op: &nn.GlobalAveragePool{}, in: []*nn.Tensor{nn.T([]float32{1, 2, 3, 4, 5, 6, 7, 12}, 1, 2, 2, 2)},
			want: []*nn.Tensor{nn.T([]float32{2.5, 7.5}, 1, 2, 1, 1)}},
		{name: "2-D", op: &nn.GlobalMaxPool{}, in: []*nn.Tensor{nn.T([]float32{1, 4, 3, 2, -5, -6, -7, -12}, 1, 2, 2, 2)},
			want: []*nn.Tensor{nn.T([]float32{4, -5}, 1, 2, 1, 1)}},
		{name: "2-norm", op: &nn.GlobalLpPool{P: 2}, in: []*nn.Tensor{nn.T([]float32{3, -4, 0, -5}, 1, 2, 2)},
			want: []*nn.Tensor{nn.T([]float32{5, 5}, 1, 2, 1)}},
		{name: "alpha, beta, row of C", op: &nn.Gemm{Alpha: 2, Beta: 0.5},
			in:   []*nn.Tensor{nn.T([]float32{1, 2, 3, 4}, 2, 2), nn.T([]float32{1, 0, 2, 1}, 2, 2), nn.T([]float32{2, 4}, 2)},
			want: []*nn.Tensor{nn.T([]float32{11, 6, 23, 10}, 2, 2)}},
		{name: "both transposed, column of C", op: &nn.Gemm{Alpha: 1, Beta: 1, TransA: true, TransB: true},
			in:   []*nn.Tensor{nn.T([]float32{1, 2, 3, 4, 5, 6}, 3, 2), nn.T([]float32{1, 0, 2}, 1, 3), nn.T([]float32{100, 200}, 2, 1)},
			want: []*nn.Tensor{nn.T([]float32{111, 214}, 2, 1)}},
		{name: "batch broadcast", op: &nn.MatMul{},
			in:   []*nn.Tensor{nn.T([]float32{1, 2, 3, 4}, 2, 1, 1, 2), nn.T([]float32{1, 2, 10, 20}, 2, 2, 1)},
			want: []*nn.Tensor{nn.T([]float32{5, 50, 11, 110}, 2, 2, 1, 1)}},
		{name: "vectors", op: &nn.MatMul{}, in: []*nn.Tensor{nn.T([]int64{1, 2, 3}, 3), nn.T([]int64{4, 5, 6}, 3)},
			want: []*nn.Tensor{nn.Scalar(int64(32))}},
		{name: "vector times matrices", op: &nn.MatMul{}, in: []*nn.Tensor{nn.T([]int32{1, 2}, 2), nn.T([]int32{1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2)},
			want: []*nn.Tensor{nn.T([]int32{7, 10, 19, 22}, 2, 2)}},
	}
}

func transposedCases() []testCase {
	x := nn.T([]float32{1, 2, 3, 4}, 1, 1, 2, 2)
	k := nn.T([]float32{1, 10, 100, 1000}, 1, 1, 2, 2)
	line := nn.T([]float32{1, 2, 3}, 1, 1, 3)
	w3 := nn.T([]float32{1, 10, 100}, 1, 1, 3)
	trans := func(o nn.ConvTranspose) *nn.ConvTranspose {
		o.Group = max(o.Group, 1)
		if o.AutoPad == "" {
			o.AutoPad = "NOTSET"
		}
		return &o
	}
	return []testCase{
		{name: "overlapping", op: trans(nn.ConvTranspose{}), in: []*nn.Tensor{x, k, nn.T([]float32{0.5}, 1)},
			want: []*nn.Tensor{nn.T([]float32{1.5, 12.5, 20.5, 103.5, 1234.5, 2040.5, 300.5, 3400.5, 4000.5}, 1, 1, 3, 3)}},
		{name: "stride 2, padded, output padding", op: trans(nn.ConvTranspose{Strides: []int{2}, Pads: []int{1, 1}, OutputPadding: []int{1}}),
			in: []*nn.Tensor{line, w3}, want: []*nn.Tensor{nn.T([]float32{10, 102, 20, 203, 30, 300}, 1, 1, 6)}},
		{name: "output shape beyond", op: trans(nn.ConvTranspose{Strides: []int{3}, OutputShape: []int{10}}),
			in: []*nn.Tensor{line, w3}, want: []*nn.Tensor{nn.T([]float32{1, 10, 100, 2, 20, 200, 3, 30, 300, 0}, 1, 1, 10)}},
		{name: "same upper", op: trans(nn.ConvTranspose{Strides: []int{2}, AutoPad: "SAME_UPPER"}),
			in: []*nn.Tensor{line, w3}, want: []*nn.Tensor{nn.T([]float32{1, 10, 102, 20, 203, 30}, 1, 1, 6)}},
		{name: "same lower", op: trans(nn.ConvTranspose{Strides: []int{2}, AutoPad: "SAME_LOWER"}),
			in: []*nn.Tensor{line, w3}, want: []*nn.Tensor{nn.T([]float32{10, 102, 20, 203, 30, 300}, 1, 1, 6)}},
		{name: "dilated, groups", op: trans(nn.ConvTranspose{Group: 2, Dilations: []int{2}}),
			in:   []*nn.Tensor{nn.T([]float32{1, 2, 3, 4}, 1, 2, 2), nn.T([]float32{1, 10, 2, 20}, 2, 1, 2)},
			want: []*nn.Tensor{nn.T([]float32{1, 2, 10, 20, 6, 8, 60, 80}, 1, 2, 4)}},
		{name: "groups of several", op: trans(nn.ConvTranspose{Group: 2, Strides: []int{2}}), in: []*nn.Tensor{ramp(2, 4, 3), ramp(4, 3, 2), ramp(6)}},
		{name: "3-D", op: trans(nn.ConvTranspose{Strides: []int{1, 2, 1}}), in: []*nn.Tensor{ramp(1, 2, 2, 3, 2), ramp(2, 3, 2, 2, 2), ramp(3)}},
		{name: "2-norm", op: &nn.LpPool{P: 2, AutoPad: "NOTSET", KernelShape: []int{2}, Pads: []int{1, 0}},
			in: []*nn.Tensor{nn.T([]float32{3, -4, 0}, 1, 1, 3)}, want: []*nn.Tensor{nn.T([]float32{3, 5, 4}, 1, 1, 3)}},
		{name: "back to where they were", op: &nn.MaxUnpool{KernelShape: []int{2, 2}, Strides: []int{2, 2}},
			in: []*nn.Tensor{x, nn.T([]int64{5, 7, 13, 15}, 1, 1, 2, 2), nn.T([]int64{1, 1, 4, 5}, 4)}, consts: []int{2},
			want: []*nn.Tensor{nn.T([]float32{0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0}, 1, 1, 4, 5)}},
	}
}

func resizeCases() []testCase {
	x := nn.T([]float32{1, 2, 3, 4}, 1, 1, 2, 2)
	line := nn.T([]float32{1, 2, 3, 4}, 4)
	op := func(set func(*nn.Resize)) *nn.Resize {
		row, _ := nn.Lookup("Resize")
		o := row.New().(*nn.Resize)
		set(o)
		return o
	}
	scales := func(v ...float32) []*nn.Tensor { return []*nn.Tensor{nil, nn.T(v, len(v)), nil} }
	sizes := func(v ...int64) []*nn.Tensor { return []*nn.Tensor{nil, nil, nn.T(v, len(v))} }
	with := func(x *nn.Tensor, rest []*nn.Tensor) []*nn.Tensor { return append([]*nn.Tensor{x}, rest...) }
	linear := func(o *nn.Resize) { o.Mode = "linear" }
	c := []int{2, 3}
	return []testCase{
		{name: "nearest x2", op: op(func(o *nn.Resize) { o.Coordinates = "asymmetric"; o.NearestMode = "floor" }), consts: c,
			in:   with(x, scales(1, 1, 2, 2)),
			want: []*nn.Tensor{nn.T([]float32{1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}, 1, 1, 4, 4)}},
		{name: "nearest, axes, bytes", op: op(func(o *nn.Resize) { o.Axes = []int{-1, 0} }), consts: c,
			in: with(nn.T([]uint8{1, 2, 3, 4}, 2, 2), sizes(4, 1)), want: []*nn.Tensor{nn.T([]uint8{1, 1, 2, 2}, 1, 4)}},
		{name: "ties", op: op(func(o *nn.Resize) { o.NearestMode = "round_prefer_ceil" }), consts: c,
			in: with(line, sizes(2)), want: []*nn.Tensor{nn.T([]float32{2, 4}, 2)}},
		{name: "not larger", op: op(func(o *nn.Resize) { o.AspectPolicy = "not_larger" }), consts: c,
			in: with(nn.T([]float32{1, 2, 3, 4}, 1, 4), sizes(7, 8)), want: []*nn.Tensor{nn.T([]float32{1, 1, 2, 2, 3, 3, 4, 4, 1, 1, 2, 2, 3, 3, 4, 4}, 2, 8)}},
		{name: "not smaller", op: op(func(o *nn.Resize) { o.AspectPolicy = "not_smaller" }), consts: c,
			in: with(nn.T([]float32{1, 2}, 1, 2), sizes(3, 2)), want: []*nn.Tensor{nn.T([]float32{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}, 3, 6)}},
		{name: "linear x2", op: op(linear), consts: c, in: with(line, scales(2)),
			want: []*nn.Tensor{nn.T([]float32{1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4}, 8)}},
		{name: "bilinear", op: op(linear), consts: c, in: with(x, scales(1, 1, 2, 1)),
			want: []*nn.Tensor{nn.T([]float32{1, 2, 1.5, 2.5, 2.5, 3.5, 3, 4}, 1, 1, 4, 2)}},
		{name: "align corners", op: op(func(o *nn.Resize) { o.Mode = "linear"; o.Coordinates = "align_corners" }), consts: c,
			in: with(nn.T([]uint8{10, 20, 31}, 3), sizes(5)), want: []*nn.Tensor{nn.T([]uint8{10, 15, 20, 25, 31}, 5)}},
		{name: "cubic", op: op(func(o *nn.Resize) { o.Mode = "cubic"; o.Coordinates = "asymmetric" }), consts: c,
			in:   with(nn.T([]float32{0, 0, 1, 0, 0}, 5), scales(2)),
			want: []*nn.Tensor{nn.T([]float32{0, -0.09375, 0, 0.59375, 1, 0.59375, 0, -0.09375, 0, 0}, 10)}},
		{name: "exclude outside", op: op(func(o *nn.Resize) { o.Mode = "linear"; o.ExcludeOutside = true }), consts: c,
			in: with(line, scales(0.5)), want: []*nn.Tensor{nn.T([]float32{1.5, 3.5}, 2)}},
		{name: "antialias", op: op(func(o *nn.Resize) { o.Mode = "linear"; o.Antialias = true }), consts: c,
			in: with(line, scales(0.5)), want: []*nn.Tensor{nn.T([]float32{1.625, 3.375}, 2)}},
		{name: "antialias, cubic, 3-D", op: op(func(o *nn.Resize) { o.Mode = "cubic"; o.Antialias = true }), consts: c,
			in: with(ramp(1, 2, 7, 5, 6), sizes(1, 2, 3, 9, 2))},
		{name: "crop", op: op(func(o *nn.Resize) {
			o.Mode, o.Coordinates, o.Extrapolation = "linear", "tf_crop_and_resize", 10
		}), consts: c, jumps: []int{1}, in: []*nn.Tensor{nn.T([]float32{0, 1, 2, 3}, 4), nn.T([]float32{1. / 3, 4. / 3}, 2), nil, nn.T([]int64{3}, 1)},
			want: []*nn.Tensor{nn.T([]float32{1, 2.5, 10}, 3)}},
		{name: "crop, nearest", op: op(func(o *nn.Resize) {
			o.Coordinates, o.Extrapolation, o.Axes = "tf_crop_and_resize", 10, []int{1}
		}), consts: c, in: []*nn.Tensor{nn.T([]float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 2, 5), nn.T([]float32{0.25, 1.25}, 2), nil, nn.T([]int64{3}, 1)},
			want: []*nn.Tensor{nn.T([]float32{1, 3, 10, 6, 8, 10}, 2, 3)}},
		{name: "half pixel symmetric", op: op(func(o *nn.Resize) { o.Mode = "linear"; o.Coordinates = "half_pixel_symmetric" }), consts: c,
			in: with(line, scales(0.6)), want: []*nn.Tensor{nn.T([]float32{1 + 2./3, 3 + 1./3}, 2)}},
	}
}
