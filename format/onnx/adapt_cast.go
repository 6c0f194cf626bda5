package onnx

import (
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/nn"
)

// castByName reads the target type of operator sets below 6, which is a word.
func castByName(c *call) error {
	a, err := c.take("to", nn.AttrString)
	if a == nil {
		return err
	}
	i := slices.Index(typeNames[:], strings.ToLower(a.String))
	if i < 0 {
		return c.unsupported("to", "type %q", a.String)
	}
	c.setAttr(intAttr("to", int64(i)))
	return nil
}

// castTarget refuses types that Ocellus has not.
func castTarget(c *call) error {
	for _, a := range c.attrs {
		if a.Name != "to" || a.Kind != nn.AttrInt {
			continue
		}
		if _, ok := dtypeOf(a.Int); !ok {
			return c.unsupported("to", "type %s", typeName(a.Int))
		}
	}
	return nil
}
