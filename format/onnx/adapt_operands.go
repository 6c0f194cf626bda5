package onnx

import "github.com/ocellus-vision/ocellus/nn"

// sliceAttrs: starts, ends and axes became operands in operator set 10.
func sliceAttrs(c *call) error {
	for i, name := range []string{"starts", "ends", "axes"} {
		if err := attrToOperand(name, i+1)(c); err != nil {
			return err
		}
	}
	return nil
}

// splitCount: operator set 18 states the number of equal parts, which was
// that of the results.
func splitCount(c *call) error {
	if c.operand(1) == nn.None {
		c.setAttr(intAttr("num_outputs", int64(len(c.out))))
	}
	return nil
}

func topKCount(c *call) error {
	k, err := c.take("k", nn.AttrInt)
	if err != nil {
		return err
	}
	if k == nil {
		return c.malformed("has no k")
	}
	c.setOperand(1, c.ints("k", k.Int))
	return nil
}

// padAttrs: pads and value became operands in operator set 11.
func padAttrs(c *call) error {
	if err := attrToOperand("pads", 1)(c); err != nil {
		return err
	}
	v, err := c.take("value", nn.AttrFloat)
	if v == nil || v.Float == 0 {
		return err
	}
	k, err := c.scalarLike("value", v.Float, c.operand(0))
	c.setOperand(2, k)
	return err
}

// clipBounds: min and max became operands in operator set 11.
func clipBounds(c *call) error {
	for i, name := range []string{"min", "max"} {
		v, err := c.take(name, nn.AttrFloat)
		if err != nil {
			return err
		}
		if v == nil {
			continue
		}
		k, err := c.scalarLike(name, v.Float, c.operand(0))
		if err != nil {
			return err
		}
		c.setOperand(i+1, k)
	}
	return nil
}
