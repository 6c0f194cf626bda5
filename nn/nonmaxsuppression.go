package nn

import (
	"cmp"
	"slices"
)

// NonMaxSuppression picks, in every picture and class, boxes by falling score,
// leaving out those that overlap one already picked by more than the
// threshold. Operands: boxes [N B 4], scores [N C B], and optionally the
// largest number of boxes a class (0 where absent), the IoU threshold (0) and
// the score threshold (none; scores must be greater). Boxes are two corners
// y1 x1 y2 x2 in any order, or with CenterPointBox x and y of the centre,
// width and height. The result holds rows of picture, class and box; its
// count depends on data.
type NonMaxSuppression struct {
	CenterPointBox bool `onnx:"center_point_box"`
}

// Infer returns the bound on the result.
func (*NonMaxSuppression) Infer(in []Arg, _ int) ([]Type, error) {
	b, s := in[0].Shape, in[1].Shape
	if b.Rank != 3 || s.Rank != 3 || b.Dims[2] != 4 || b.Dims[0] != s.Dims[0] || b.Dims[1] != s.Dims[2] {
		return nil, Invalidf("", "boxes %v and scores %v, want [N B 4] and [N C B]", b, s)
	}
	if in[1].DType != Float32 {
		return nil, Invalidf("scores", "are %v, want float32", in[1].DType)
	}
	for i, name := range [...]string{2: "max_output_boxes_per_class", 3: "iou_threshold", 4: "score_threshold"} {
		a := argAt(in, i)
		if i < 2 || !a.Present() {
			continue
		}
		if a.Shape.Elems() != 1 || i == 2 && a.DType != Int64 || i > 2 && a.DType != Float32 {
			return nil, Invalidf(name, "is %v %v, want one of int64 or float32", a.DType, a.Shape)
		}
	}
	each := 0
	if a := argAt(in, 2); a.Present() {
		if each = b.Dims[1]; a.Const != nil {
			each = boxLimit(a.Const, each)
		}
	}
	rows := s.Dims[0] * s.Dims[1]
	if each > 0 && rows > MaxElems/each {
		return nil, Invalidf("max_output_boxes_per_class", "%d for %d classes and pictures", each, rows)
	}
	out, err := NewShape(rows*each, 3)
	if err != nil {
		return nil, Invalidf("", "result: %v", err)
	}
	return []Type{{DType: Int64, Shape: out, Bound: true}}, nil
}

// boxLimit is the largest number of boxes a class, of n.
func boxLimit(limit *Tensor, n int) int { return int(max(0, min(limit.I64()[0], int64(n)))) }

// Scratch holds the boxes of one class in the order of their scores.
func (*NonMaxSuppression) Scratch(in []Arg, _ []Type) int { return 4 * in[0].Shape.Dims[1] }

// Forward picks.
func (o *NonMaxSuppression) Forward(r *Run) error {
	boxes, scores, mem := r.In[0].F32(), r.In[1].F32(), r.Scratch
	n, classes := r.In[0].Shape.Dims[1], r.In[1].Shape.Dims[1]
	limit, rows := 0, 0
	if t := operand(r, 2); t != nil {
		limit = boxLimit(t, n)
	}
	var iou float32
	if t := operand(r, 3); t != nil {
		iou = t.F32()[0]
	}
	order, out := carve[int32](&mem, n), r.Out[0].I64()
	for p := range r.In[0].Shape.Dims[0] {
		for c := range classes {
			s := scores[(p*classes+c)*n:][:n]
			picked := out[rows*3:]
			k := o.pick(picked, boxes[p*n*4:][:n*4], byScore(order, s, operand(r, 4)), limit, iou)
			for i := range k {
				picked[i*3], picked[i*3+1] = int64(p), int64(c)
			}
			rows += k
		}
	}
	r.Out[0].Truncate(rows)
	return nil
}

// byScore returns the boxes whose score is over an optional threshold, highest
// score first and lowest index first among equals.
func byScore(order []int32, s []float32, threshold *Tensor) []int32 {
	order = order[:0]
	var least float32
	if threshold != nil {
		least = threshold.F32()[0]
	}
	for i, v := range s {
		if threshold == nil || v > least {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(a, b int32) int {
		if c := cmp.Compare(s[b], s[a]); c != 0 {
			return c
		}
		return cmp.Compare(a, b)
	})
	return order
}

// pick writes the boxes picked into column 2 of rows, at most limit, and
// returns how many.
func (o *NonMaxSuppression) pick(rows []int64, boxes []float32, order []int32, limit int, iou float32) int {
	k := 0
	for _, b := range order {
		if k == limit {
			break
		}
		c := o.corners(boxes[b*4:])
		keep := true
		for i := 0; i < k && keep; i++ {
			d := o.corners(boxes[rows[i*3+2]*4:])
			keep = !c.overlaps(&d, iou)
		}
		if keep {
			rows[k*3+2] = int64(b)
			k++
		}
	}
	return k
}

// corners is a box by its least and greatest coordinates.
type corners struct{ x1, y1, x2, y2 float32 }

func (o *NonMaxSuppression) corners(b []float32) corners {
	if o.CenterPointBox {
		w, h := b[2]/2, b[3]/2
		return corners{b[0] - w, b[1] - h, b[0] + w, b[1] + h}
	}
	return corners{min(b[1], b[3]), min(b[0], b[2]), max(b[1], b[3]), max(b[0], b[2])}
}

// overlaps reports whether intersection over union is above a threshold.
func (c *corners) overlaps(d *corners, iou float32) bool {
	w := min(c.x2, d.x2) - max(c.x1, d.x1)
	h := min(c.y2, d.y2) - max(c.y1, d.y1)
	if w <= 0 || h <= 0 {
		return false
	}
	both := float32(w * h)
	union := float32((c.x2-c.x1)*(c.y2-c.y1)) + float32((d.x2-d.x1)*(d.y2-d.y1)) - both
	return both/union > iou
}
