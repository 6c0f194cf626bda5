package onnx

import "github.com/ocellus-vision/ocellus/nn"

// An adapter brings a node of an older operator set closer to the newest form
// of its operator.
type adapter struct {
	op    string
	below int // first operator set that needs it no more; always: every one needs it
	do    func(*call) error
}

const always = MaxOpset + 1

// adapters are all of them. Those of one operator run in this order, so that
// each starts from the form the one before has made.
var adapters = []adapter{
	{"Constant", always, constantNode},
	{"ConstantFill", always, constantFill},
	{"Identity", always, identityOfConstant},
	{"Dropout", 12, dropout},
	{"Cast", 6, castByName},
	{"Cast", always, castTarget},
	{"Reshape", 5, attrToOperand("shape", 1)},
	{"Tile", 6, oldTile},
	{"Concat", 4, concatAxis},
	{"Slice", 10, sliceAttrs},
	{"Split", 13, attrToOperand("split", 1)},
	{"Split", 18, splitCount},
	{"TopK", 10, topKCount},
	{"Pad", 2, renameAttr("paddings", "pads")},
	{"Pad", 11, padAttrs},
	{"Clip", 11, clipBounds},
	{"Selu", 6, seluDefaults},
	{"LpPool", 2, floatToInt("p")},
	{"GlobalLpPool", 2, floatToInt("p")},

	{"Scatter", always, scatter},
	{"Squeeze", 13, attrToOperand("axes", 1)},
	{"Unsqueeze", 13, attrToOperand("axes", 1)},
	{"ReduceSum", 13, attrToOperand("axes", 1)},
	{"ReduceL1", 18, attrToOperand("axes", 1)},
	{"ReduceL2", 18, attrToOperand("axes", 1)},
	{"ReduceLogSum", 18, attrToOperand("axes", 1)},
	{"ReduceLogSumExp", 18, attrToOperand("axes", 1)},
	{"ReduceMax", 18, attrToOperand("axes", 1)},
	{"ReduceMean", 18, attrToOperand("axes", 1)},
	{"ReduceMin", 18, attrToOperand("axes", 1)},
	{"ReduceProd", 18, attrToOperand("axes", 1)},
	{"ReduceSumSquare", 18, attrToOperand("axes", 1)},

	{"Upsample", 7, upsampleScales},
	{"Upsample", always, upsample},
	{"Resize", 11, asymmetricResize},
	{"Resize", always, emptyResizeOperands},

	{"Softmax", 13, flattened},
	{"LogSoftmax", 13, flattened},
	{"Hardmax", 13, flattened},
	{"BatchNormalization", 14, oldBatchNorm},
	{"GroupNormalization", 21, groupNorm18},

	{"Add", 7, broadcastAxis},
	{"Sub", 7, broadcastAxis},
	{"Mul", 7, broadcastAxis},
	{"Div", 7, broadcastAxis},
	{"Pow", 7, broadcastAxis},
	{"And", 7, broadcastAxis},
	{"Or", 7, broadcastAxis},
	{"Xor", 7, broadcastAxis},
	{"Equal", 7, broadcastAxis},
	{"Less", 7, broadcastAxis},
	{"Greater", 7, broadcastAxis},
	{"PRelu", 7, channelSlope},
	{"Gemm", 7, dropAttrs("broadcast")},
}

func (c *call) adapt() error {
	if c.opset < 6 {
		c.drop("consumed_inputs") // a hint of operator sets 1 to 5
	}
	op := c.op
	for i := range adapters {
		a := &adapters[i]
		if a.op != op || c.opset >= a.below {
			continue
		}
		if err := a.do(c); err != nil || c.done {
			return err
		}
	}
	return nil
}

// attrToOperand makes operand i of an integer list that was an attribute.
func attrToOperand(name string, i int) func(*call) error {
	return func(c *call) error {
		a, err := c.take(name, nn.AttrInts)
		if a == nil {
			return err
		}
		if c.operand(i) != nn.None {
			return c.malformed("%s is both an attribute and operand %d", name, i)
		}
		c.setOperand(i, c.ints(name, a.Ints...))
		return nil
	}
}

func renameAttr(from, to string) func(*call) error {
	return func(c *call) error {
		for i := range c.attrs {
			if c.attrs[i].Name == from {
				c.attrs[i].Name = to
			}
		}
		return nil
	}
}

func dropAttrs(names ...string) func(*call) error {
	return func(c *call) error {
		c.drop(names...)
		return nil
	}
}

// floatToInt is for attributes that were float in operator set 1 although
// they count.
func floatToInt(name string) func(*call) error {
	return func(c *call) error {
		a, err := c.take(name, nn.AttrFloat)
		if a == nil {
			return err
		}
		if n := int64(a.Float); float32(n) == a.Float {
			c.setAttr(intAttr(name, n))
			return nil
		}
		return c.unsupported(name, "%v is no whole number", a.Float)
	}
}

func concatAxis(c *call) error {
	if !c.has("axis") {
		c.setAttr(intAttr("axis", 1))
	}
	return nil
}

// seluDefaults: operator set 6 gave the constants more digits.
func seluDefaults(c *call) error {
	if !c.has("alpha") {
		c.setAttr(floatAttr("alpha", 1.6732))
	}
	if !c.has("gamma") {
		c.setAttr(floatAttr("gamma", 1.0507))
	}
	return nil
}

// scatter is the first name of ScatterElements.
func scatter(c *call) error { return c.replace("ScatterElements", c.attrs, c.in...) }

func oldTile(c *call) error {
	return c.unsupported("tiles", "the form of operator sets below 6")
}
