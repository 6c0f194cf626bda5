package onnx

import "github.com/ocellus-vision/ocellus/nn"

// upsampleScales makes an operand of the scales of operator sets 1 to 6.
func upsampleScales(c *call) error {
	h, err := c.take("height_scale", nn.AttrFloat)
	if err != nil {
		return err
	}
	w, err := c.take("width_scale", nn.AttrFloat)
	if err != nil {
		return err
	}
	if h != nil && w != nil {
		c.setOperand(1, c.constant("scales", nn.T([]float32{1, 1, h.Float, w.Float}, 4)))
	}
	return nil
}

// upsample is Resize under its first name. Its scales were an attribute in
// operator set 7, and are an operand from 9 on.
func upsample(c *call) error {
	a, err := c.take("scales", nn.AttrFloats)
	if err != nil {
		return err
	}
	if a != nil {
		c.setOperand(1, c.constant("scales", nn.T(a.Floats, len(a.Floats))))
	}
	if c.operand(1) == nn.None {
		return c.malformed("has no scales")
	}
	if err := asymmetricResize(c); err != nil {
		return err
	}
	return c.replace("Resize", c.attrs, c.in...)
}

// asymmetricResize spells out how Upsample and the Resize of operator set 10
// map pixels: output x reads input x/scale, rounded down for nearest.
func asymmetricResize(c *call) error {
	mode, err := c.take("mode", nn.AttrString)
	if err != nil {
		return err
	}
	m := "nearest"
	if mode != nil {
		m = mode.String
	}
	switch m {
	case "bilinear", "trilinear":
		m = "linear"
	case "nearest", "linear":
	default:
		return c.unsupported("mode", "%q", m)
	}
	c.setAttr(stringAttr("mode", m))
	c.setAttr(stringAttr("coordinate_transformation_mode", "asymmetric"))
	if m == "nearest" {
		c.setAttr(stringAttr("nearest_mode", "floor"))
	}
	if len(c.in) != 2 {
		return c.malformed("has %d operands, want 2", len(c.in))
	}
	c.in = []nn.ValueID{c.in[0], nn.None, c.in[1]}
	return nil
}

// emptyResizeOperands: exporters give an operand they do not use as an empty
// constant, which today's form leaves out.
func emptyResizeOperands(c *call) error {
	for i := 1; i < len(c.in); i++ {
		if t := c.b.ConstOf(c.in[i]); t != nil && t.Elems() == 0 {
			c.in[i] = nn.None
		}
	}
	for len(c.in) > 1 && c.in[len(c.in)-1] == nn.None {
		c.in = c.in[:len(c.in)-1]
	}
	return nil
}
