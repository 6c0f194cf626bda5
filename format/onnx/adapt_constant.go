package onnx

import "github.com/ocellus-vision/ocellus/nn"

// constantNode makes a graph constant of a Constant node.
func constantNode(c *call) error {
	if len(c.attrs) != 1 || len(c.in) != 0 || len(c.out) != 1 || c.out[0] == "" {
		return c.malformed("want one attribute, no operands and one result")
	}
	a := c.attrs[0]
	var t *nn.Tensor
	switch {
	case a.Name == "value" && a.Kind == nn.AttrTensor:
		t = a.Tensor
	case a.Name == "value_float" && a.Kind == nn.AttrFloat:
		t = nn.Scalar(a.Float)
	case a.Name == "value_floats" && a.Kind == nn.AttrFloats:
		t = nn.T(a.Floats, len(a.Floats))
	case a.Name == "value_int" && a.Kind == nn.AttrInt:
		t = nn.Scalar(a.Int)
	case a.Name == "value_ints" && a.Kind == nn.AttrInts:
		t = nn.T(a.Ints, len(a.Ints))
	default:
		return c.unsupported(a.Name, "a constant of kind %v", a.Kind)
	}
	c.bind(0, c.b.Const(c.out[0], t))
	c.done = true
	return nil
}

// identityOfConstant lets both names stand for the one constant: exporters
// share weights so.
func identityOfConstant(c *call) error {
	if len(c.in) != 1 || len(c.out) != 1 || c.b.ConstOf(c.in[0]) == nil || c.outs[c.out[0]] {
		return nil
	}
	c.bind(0, c.in[0])
	c.done = true
	return nil
}

// constantFill translates an experimental operator that ConstantOfShape
// replaced, in the forms that were in use.
func constantFill(c *call) error {
	fromValue, err := c.takeInt("input_as_shape", 0)
	if err != nil {
		return err
	}
	typ, err := c.takeInt("dtype", typeFloat)
	if err != nil {
		return err
	}
	value, err := c.take("value", nn.AttrFloat)
	if err != nil {
		return err
	}
	shape, err := c.take("shape", nn.AttrInts)
	if err != nil {
		return err
	}
	if typ != typeFloat {
		return c.unsupported("dtype", "is %s, want float", typeName(typ))
	}
	if len(c.attrs) > 0 {
		return c.unsupported(c.attrs[0].Name, "is not supported")
	}
	fill := nn.T([]float32{0}, 1)
	if value != nil {
		fill.F32()[0] = value.Float
	}
	of := c.operand(0)
	switch {
	case of == nn.None && shape != nil:
		of = c.ints("shape", shape.Ints...)
	case of == nn.None || shape != nil:
		return c.malformed("want a shape either as attribute or as operand")
	case fromValue == 0:
		if of, err = c.emit("Shape", nil, of); err != nil {
			return err
		}
	}
	return c.replace("ConstantOfShape", []nn.Attr{tensorAttr("value", fill)}, of)
}

// dropout: the ratio became an operand in operator set 12. Before 10 the mask
// had the type of the operand.
func dropout(c *call) error {
	c.drop("is_test")
	ratio, err := c.take("ratio", nn.AttrFloat)
	if err != nil {
		return err
	}
	if len(c.in) == 1 && ratio != nil {
		c.setOperand(1, c.constant("ratio", nn.Scalar(ratio.Float)))
	}
	if len(c.out) < 2 || c.opset >= 10 {
		return nil
	}
	if mask := c.out[1]; c.read[mask] {
		return c.unsupported("mask", "a mask that is not bool, as below operator set 10")
	}
	c.out = c.out[:1]
	return nil
}
