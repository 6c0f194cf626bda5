package onnx

import "github.com/ocellus-vision/ocellus/nn"

// flattened gives Softmax, LogSoftmax and Hardmax the meaning they had before
// operator set 13: over all dimensions from the axis on, taken together. The
// Flatten and Reshape it adds are views, which the compiler does not run.
func flattened(c *call) error {
	axis, err := c.takeInt("axis", 1)
	if err != nil {
		return err
	}
	last := intAttr("axis", -1)
	x := c.operand(0)
	if axis == -1 || x == nn.None || axis+1 == int64(c.rank(x)) {
		c.setAttr(last)
		return nil
	}
	shape, err := c.emit("Shape", nil, x)
	if err != nil {
		return err
	}
	flat, err := c.emit("Flatten", []nn.Attr{intAttr("axis", axis)}, x)
	if err != nil {
		return err
	}
	soft, err := c.emit(c.op, []nn.Attr{last}, flat)
	if err != nil {
		return err
	}
	return c.replace("Reshape", []nn.Attr{intAttr("allowzero", 1)}, soft, shape)
}

// oldBatchNorm drops the attributes that operator sets before 14 had, and
// refuses the training form, which they tell by the number of results.
func oldBatchNorm(c *call) error {
	spatial, err := c.takeInt("spatial", 1)
	if err != nil {
		return err
	}
	if spatial != 1 {
		return c.unsupported("spatial", "statistics per element")
	}
	if len(c.out) > 1 {
		return c.unsupported("outputs", "training before operator set 14")
	}
	c.drop("is_test", "momentum")
	return nil
}

// groupNorm18 translates the form whose scale and bias are per group: with
// the groups as channels it is an instance normalisation.
func groupNorm18(c *call) error {
	groups, err := c.takeInt("num_groups", 0)
	if err != nil {
		return err
	}
	if groups < 1 || len(c.in) != 3 {
		return c.malformed("want num_groups and three operands")
	}
	x := c.in[0]
	shape, err := c.emit("Shape", nil, x)
	if err != nil {
		return err
	}
	grouped, err := c.emit("Reshape", nil, x, c.ints("groups", 0, groups, -1))
	if err != nil {
		return err
	}
	c.drop("stash_type")
	norm, err := c.emit("InstanceNormalization", c.attrs, grouped, c.in[1], c.in[2])
	if err != nil {
		return err
	}
	return c.replace("Reshape", nil, norm, shape)
}
