package nn_test

import "github.com/ocellus-vision/ocellus/nn"

func shapeCases() []testCase {
	return []testCase{
		{name: "bytes", op: &nn.Identity{}, in: []*nn.Tensor{nn.T([]uint8{1, 2, 3}, 3)},
			want: []*nn.Tensor{nn.T([]uint8{1, 2, 3}, 3)}},
		{name: "rank 3", op: &nn.Identity{}, in: []*nn.Tensor{ramp(2, 3, 2)}},
	}
}
