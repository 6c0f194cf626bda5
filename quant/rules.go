package quant

import "github.com/ocellus-vision/ocellus/nn"

// rule says what of an operation is quantised.
type rule uint8

const (
	// keep leaves an operation in float32. What it reads may be quantised for
	// the sake of others.
	keep rule = iota
	// product is a sum of products with weights: input, weights, bias, output.
	product
	// clamp is an activation that the rounding of its output to integers does
	// by itself, so that it vanishes.
	clamp
	// follow makes its output out of its input's elements: it has the input's
	// scale if the input is quantised.
	follow
	// carry is follow that has its input quantised.
	carry
	// apart has a scale of its own for each operand that holds data and for
	// its output.
	apart
	// first is apart for operations whose first operand alone holds data.
	first
)

// ruleOf is the table of rules. It is ONNX Runtime's, whose static quantiser
// leaves alone what is not in it, and besides:
//
//   - first: HardSwish, HardSigmoid, Swish, PRelu, because tables do them
//   - follow: Flatten, Slice, DepthToSpace, SpaceToDepth, Expand, Tile, because
//     integers are moved as well as floats are
func ruleOf(op nn.Op) rule {
	switch op := op.(type) {
	case *nn.Conv, *nn.ConvTranspose, *nn.Gemm, *nn.MatMul:
		return product
	case *nn.Relu, *nn.Clip:
		return clamp
	case *nn.Reshape, *nn.Transpose, *nn.Squeeze, *nn.Unsqueeze, *nn.AveragePool, *nn.Gather,
		*nn.Flatten, *nn.Slice, *nn.DepthToSpace, *nn.SpaceToDepth, *nn.Expand, *nn.Tile:
		return follow
	case *nn.MaxPool, *nn.Split:
		return carry
	case *nn.Resize:
		if op.Mode == "cubic" || op.Coordinates == "tf_crop_and_resize" {
			return first // its results may lie outside the range of its input
		}
		return carry
	case *nn.Add, *nn.Mul, *nn.Concat, *nn.Where:
		return apart
	case *nn.LeakyRelu, *nn.Sigmoid, *nn.GlobalAveragePool, *nn.Pad, *nn.Softmax,
		*nn.HardSwish, *nn.HardSigmoid, *nn.Swish, *nn.PRelu:
		return first
	}
	return keep
}

// unlike is how many times wider than the narrowest of its operands the widest
// operand of a Concat may be. Beyond it, the integers of the result would leave
// the narrow one fewer than four bits: scores beside boxes in pixels would all
// be 0. (ONNX Runtime's quantiser has no such limit.)
const unlike = 16
