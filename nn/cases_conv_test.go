package nn_test

import "github.com/ocellus-vision/ocellus/nn"

func convCases() []testCase {
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
