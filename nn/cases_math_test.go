package nn_test

import "github.com/ocellus-vision/ocellus/nn"

func mathCases() []testCase {
	return []testCase{
		{name: "signs", op: &nn.Relu{}, in: []*nn.Tensor{nn.T([]float32{-2, -0.5, 0.5, 3}, 4)},
			want: []*nn.Tensor{nn.T([]float32{0, 0, 0.5, 3}, 4)}},
		{name: "rank 4", op: &nn.Relu{}, in: []*nn.Tensor{ramp(1, 3, 4, 5)}},
	}
}
