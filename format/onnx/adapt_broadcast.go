package onnx

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// broadcastAxis gives element-wise operators the broadcasting they had before
// operator set 7: the second operand's dimensions stand for those of the first
// from an axis on. Without an axis that is today's rule.
func broadcastAxis(c *call) error {
	on, err := c.takeInt("broadcast", 0)
	if err != nil {
		return err
	}
	axis, err := c.take("axis", nn.AttrInt)
	if on == 0 || axis == nil || len(c.in) != 2 {
		return err
	}
	if axis.Int < 0 {
		return c.unsupported("axis", "%d: a negative axis below operator set 7", axis.Int)
	}
	b, err := c.alignAt(c.in[0], c.in[1], axis.Int)
	c.setOperand(1, b)
	return err
}

// channelSlope: before operator set 7 a slope of rank 1 was one a channel.
func channelSlope(c *call) error {
	if len(c.in) != 2 {
		return nil
	}
	b, err := c.alignAt(c.in[0], c.in[1], 1)
	c.setOperand(1, b)
	return err
}

// alignAt reshapes b so that its first dimension stands at that axis of a: a
// one for each dimension of a behind those of b. Shapes are known at Compile,
// where all of this folds away.
func (c *call) alignAt(a, b nn.ValueID, axis int64) (nn.ValueID, error) {
	var err error
	emit := func(op string, attrs []nn.Attr, in ...nn.ValueID) (v nn.ValueID) {
		if err == nil {
			v, err = c.emit(op, attrs, in...)
		}
		return v
	}
	shapeB := emit("Shape", nil, b)
	from := c.ints("axis", axis)
	if r := c.rank(b); r >= 0 {
		from = c.ints("from", axis+int64(r))
	} else {
		from = emit("Add", nil, from, emit("Shape", nil, shapeB))
	}
	behind := emit("Slice", nil, emit("Shape", nil, a), from, c.ints("end", math.MaxInt64), c.ints("dim", 0))
	ones := emit("ConstantOfShape", []nn.Attr{tensorAttr("value", nn.T([]int64{1}, 1))}, emit("Shape", nil, behind))
	return emit("Reshape", nil, b, emit("Concat", []nn.Attr{intAttr("axis", 0)}, shapeB, ones)), err
}

// rank returns the number of dimensions of a constant or a graph input; -1
// when that is not known.
func (c *call) rank(id nn.ValueID) int {
	if id == nn.None {
		return -1
	}
	if t := c.b.ConstOf(id); t != nil {
		return t.Shape.Rank
	}
	if r, ok := c.ranks[id]; ok {
		return r
	}
	return -1
}
