package onnx

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

func appendInfo(c cursor, off int, to []rawInfo) ([]rawInfo, error) {
	if len(to) >= maxValues {
		return nil, c.corrupt(off, "more than %d graph inputs or outputs", maxValues)
	}
	v := rawInfo{off: off}
	err := c.each(func(f *field) (err error) {
		switch f.num {
		case infoName:
			v.name, err = f.name(&c)
		case infoType:
			var sub cursor
			if sub, err = f.message(&c); err == nil {
				v.typed = true
				err = readType(sub, &v)
			}
		}
		return err
	})
	return append(to, v), err
}

func readType(c cursor, v *rawInfo) error {
	return c.each(func(f *field) error {
		if f.num != typeTensor {
			return nil
		}
		sub, err := f.message(&c)
		if err != nil {
			return err
		}
		v.tensor = true
		return sub.each(func(f *field) (err error) {
			switch f.num {
			case tensorElem:
				v.elem, err = f.int(&sub)
			case tensorShape:
				var s cursor
				if s, err = f.message(&sub); err == nil {
					v.ranked = true
					err = readShape(s, v)
				}
			}
			return err
		})
	})
}

func readShape(c cursor, v *rawInfo) error {
	return c.each(func(f *field) error {
		if f.num != shapeDim {
			return nil
		}
		sub, err := f.message(&c)
		if err != nil {
			return err
		}
		if len(v.dims) > nn.MaxRank {
			return nil // refused where it is used: the rank is over the limit
		}
		d := nn.Dim{Size: -1}
		err = sub.each(func(f *field) (err error) {
			switch f.num {
			case dimValue:
				var n int64
				n, err = f.int(&sub)
				if n > math.MaxInt32 {
					return sub.corrupt(f.off, "%q has dimension %d", v.name, n)
				}
				d.Size = int(max(n, -1)) // exporters write -1 for unknown
			case dimParam:
				d.Name, err = f.name(&sub)
			}
			return err
		})
		if d.Size >= 0 {
			d.Name = ""
		}
		v.dims = append(v.dims, d)
		return err
	})
}
