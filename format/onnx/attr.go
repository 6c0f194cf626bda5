package onnx

import "github.com/ocellus-vision/ocellus/nn"

// readAttr reads an AttributeProto. Kinds that Ocellus has no use for are
// marked as refused, and skipped.
func readAttr(c cursor) (rawAttr, error) {
	var a rawAttr
	var typ int64
	var has nn.AttrKind // the kind that the value itself shows
	err := c.each(func(f *field) (err error) {
		switch f.num {
		case attrName:
			a.Name, err = f.name(&c)
		case attrF:
			has = nn.AttrFloat
			a.Float, err = f.float(&c)
		case attrI:
			has = nn.AttrInt
			a.Int, err = f.int(&c)
		case attrS:
			has = nn.AttrString
			a.String, err = f.text(&c)
		case attrT:
			has = nn.AttrTensor
			var sub cursor
			if sub, err = f.message(&c); err == nil {
				a.tensor, err = readTensor(sub)
			}
		case attrFloats:
			has = nn.AttrFloats
			a.Floats, err = f.fixed32s(&c, a.Floats)
		case attrInts:
			has = nn.AttrInts
			a.Ints, err = f.ints(&c, a.Ints)
		case attrStrings:
			has = nn.AttrStrings
			var s string
			s, err = f.text(&c)
			a.Strings = append(a.Strings, s)
		case attrG, attrGraphs:
			a.refused = "a subgraph (control flow)"
		case attrTensors, attrSparse, attrSparses:
			a.refused = "a sparse tensor or a list of tensors"
		case attrTypeProto, attrTypeProtos:
			a.refused = "a type"
		case attrRef:
			a.refused = "a reference to an attribute of a function"
		case attrType:
			typ, err = f.int(&c)
		}
		return err
	})
	if err != nil {
		return a, err
	}
	return a, a.settle(&c, typ, has)
}

// settle sets the kind. An empty list or a zero leaves no trace on the wire,
// so the declared type counts; files before IR 2 may lack it.
func (a *rawAttr) settle(c *cursor, typ int64, has nn.AttrKind) error {
	declared, known := map[int64]nn.AttrKind{0: has, attrTypeF: nn.AttrFloat, attrTypeI: nn.AttrInt,
		attrTypeS: nn.AttrString, attrTypeT: nn.AttrTensor, attrTypeFs: nn.AttrFloats, attrTypeIs: nn.AttrInts,
		attrTypeSs: nn.AttrStrings}[typ]
	switch {
	case a.refused != "":
	case !known:
		a.refused = "an attribute of a kind that is not supported"
	case has != 0 && declared != has:
		return c.corrupt(c.top, "attribute %q is declared %v but holds %v", a.Name, declared, has)
	case declared == 0:
		return c.corrupt(c.top, "attribute %q has neither type nor value", a.Name)
	case declared == nn.AttrTensor && a.tensor == nil:
		return c.corrupt(c.top, "attribute %q is declared a tensor but holds none", a.Name)
	}
	a.Kind = declared
	return nil
}
