package nn

import (
	"math"
	"strings"
)

// Resize samples its operand anew along some or all dimensions. Operands: X,
// roi, scales, sizes; one of scales and sizes is given (an empty tensor counts
// as absent). Each is indexed like Axes, or by dimension where Axes is absent.
//
// The coordinates are those of ONNX's reference: under align_corners the
// resized length is scale·length before it is rounded down. Integers are
// interpolated in float64 and truncated.
type Resize struct {
	Antialias      bool    `onnx:"antialias"`
	Axes           []int   `onnx:"axes"`
	Coordinates    string  `onnx:"coordinate_transformation_mode,half_pixel"`
	CubicCoeffA    float32 `onnx:"cubic_coeff_a,-0.75"`
	ExcludeOutside bool    `onnx:"exclude_outside"`
	Extrapolation  float32 `onnx:"extrapolation_value"`
	AspectPolicy   string  `onnx:"keep_aspect_ratio_policy,stretch"`
	Mode           string  `onnx:"mode,nearest"`
	NearestMode    string  `onnx:"nearest_mode,round_prefer_floor"`

	// perm is the order in which the operand's dimensions are stored; nil
	// for the logical one. Axes, and operands but X, stay logical.
	perm []int
}

// resizeAxis is what happens to one stored dimension.
type resizeAxis struct {
	in, out int
	scale   float64
	active  bool // not copied as it is
	taps    int  // inputs that make one output
	roi     int  // index of the start in operand roi; -1 when it has none
}

// resizeGeometry holds the stored dimensions of one resize.
type resizeGeometry struct {
	rank int
	axis [MaxRank]resizeAxis
	rois int // axes that operand roi speaks of
}

// maxResizeTaps bounds the inputs of one output along one dimension.
const maxResizeTaps = 1 << 14

// oneOf checks an attribute that names one of several ways.
func oneOf(attr, v string, ways ...string) error {
	for _, w := range ways {
		if v == w {
			return nil
		}
	}
	return Invalidf(attr, "%q is unknown", strings.Clone(v))
}

func (o *Resize) check() error {
	if err := oneOf("mode", o.Mode, "nearest", "linear", "cubic"); err != nil {
		return err
	}
	if err := oneOf("keep_aspect_ratio_policy", o.AspectPolicy, "stretch", "not_larger", "not_smaller"); err != nil {
		return err
	}
	if err := oneOf("nearest_mode", o.NearestMode, "round_prefer_floor", "round_prefer_ceil", "floor", "ceil"); err != nil {
		return err
	}
	return oneOf("coordinate_transformation_mode", o.Coordinates, "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
		"align_corners", "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn")
}

// Infer returns the type of the resized operand.
func (o *Resize) Infer(in []Arg, _ int) ([]Type, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if in[0].DType == Bool && o.Mode != "nearest" {
		return nil, Unsupportedf("mode", "%s interpolation of bool", o.Mode)
	}
	var c [4]*Tensor
	for i := range in {
		if in[i].Present() && in[i].Shape.Elems() > 0 {
			if c[i] = in[i].Const; c[i] == nil && i > 1 {
				return nil, &ErrUnbound{Operand: i, What: [...]string{2: "scales", 3: "sizes"}[i]}
			}
		}
	}
	g, err := o.geometry(in[0].Shape, c[2], c[3])
	if err != nil {
		return nil, err
	}
	if o.Coordinates == "tf_crop_and_resize" {
		if len(in) < 2 || !in[1].DType.IsFloat() || in[1].Shape.Elems() != 2*g.rois {
			return nil, Invalidf("roi", "tf_crop_and_resize wants %d floating-point numbers", 2*g.rois)
		}
	}
	s := in[0].Shape
	for i := range s.Rank {
		s.Dims[i] = g.axis[i].out
	}
	return grown(in[0].DType, s.Slice(), "sizes")
}

// geometry works out extents and scales.
func (o *Resize) geometry(x Shape, scales, sizes *Tensor) (resizeGeometry, error) {
	g := resizeGeometry{rank: x.Rank, rois: x.Rank}
	for i := range x.Rank {
		g.axis[i] = resizeAxis{in: x.Dims[i], out: x.Dims[i], scale: 1, taps: 1, roi: -1}
	}
	if o.Axes != nil {
		g.rois = len(o.Axes)
	}
	for j := range g.rois {
		i, err := o.stored(j, x.Rank)
		if err != nil {
			return g, err
		}
		if g.axis[i].roi >= 0 {
			return g, Invalidf("axes", "a dimension occurs twice")
		}
		g.axis[i].roi = j
	}
	var err error
	switch {
	case scales.filled() && sizes.filled():
		err = Invalidf("scales", "both scales and sizes are given")
	case scales.filled():
		err = o.byScales(&g, scales)
	case sizes.filled():
		err = o.bySizes(&g, sizes)
	default:
		err = Invalidf("scales", "neither scales nor sizes are given")
	}
	if err != nil {
		return g, err
	}
	return g, o.activate(&g)
}

// filled reports whether an optional operand is there and has elements.
func (t *Tensor) filled() bool { return t.Present() && t.Elems() > 0 }

// stored returns the stored dimension of entry j of axes.
func (o *Resize) stored(j, rank int) (int, error) {
	i := j
	if o.Axes != nil {
		var ok bool
		if i, ok = Axis(o.Axes[j], rank); !ok {
			return 0, Invalidf("axes", "%d is outside rank %d", o.Axes[j], rank)
		}
	}
	for s, logical := range o.perm {
		if logical == i {
			return s, nil
		}
	}
	return i, nil
}

func (o *Resize) byScales(g *resizeGeometry, scales *Tensor) error {
	if scales.Elems() != g.rois || !scales.DType.IsFloat() {
		return Invalidf("scales", "is %v %v, want %d floating-point numbers", scales.DType, scales.Shape, g.rois)
	}
	for i := range g.rank {
		a := &g.axis[i]
		if a.roi < 0 {
			continue
		}
		s := float32(scales.Float(a.roi))
		out := math.Floor(float64(float32(a.in) * s))
		if !(s > 0) || !(out <= MaxElems) {
			return Invalidf("scales", "%v of %d along dimension %d", s, a.in, i)
		}
		a.scale, a.out = float64(s), int(out)
	}
	return nil
}

func (o *Resize) bySizes(g *resizeGeometry, sizes *Tensor) error {
	if sizes.Elems() != g.rois || !sizes.DType.IsInt() {
		return Invalidf("sizes", "is %v %v, want %d integers", sizes.DType, sizes.Shape, g.rois)
	}
	common := 0.0 // the scale of all axes, where the aspect ratio is kept
	for i := range g.rank {
		a := &g.axis[i]
		if a.roi < 0 {
			continue
		}
		a.out = sizes.Int(a.roi)
		if a.out < 0 || a.out > MaxElems || a.in == 0 && a.out != 0 {
			return Invalidf("sizes", "%d for %d along dimension %d", a.out, a.in, i)
		}
		if a.in == 0 {
			continue
		}
		a.scale = float64(a.out) / float64(a.in)
		if common == 0 || (a.scale < common) == (o.AspectPolicy == "not_larger") {
			common = a.scale
		}
	}
	if o.AspectPolicy == "stretch" {
		return nil
	}
	for i := range g.rank {
		if a := &g.axis[i]; a.roi >= 0 {
			a.scale = common
			a.out = int(min(math.Floor(common*float64(a.in)+0.5), MaxElems))
		}
	}
	return nil
}

// activate finds the axes along which something changes, and their taps.
func (o *Resize) activate(g *resizeGeometry) error {
	for i := range g.rank {
		a := &g.axis[i]
		a.active = a.scale != 1 || o.Coordinates == "tf_crop_and_resize" && a.roi >= 0
		if !a.active {
			continue
		}
		if a.in < 1 || a.out < 1 {
			return Invalidf("", "dimension %d resized from %d to %d", i, a.in, a.out)
		}
		a.taps = o.taps(a.scale)
		if a.taps > maxResizeTaps || a.out > MaxElems/a.taps {
			return Unsupportedf("antialias", "a scale of %v along dimension %d", a.scale, i)
		}
	}
	return nil
}

// taps returns how many inputs make one output along an axis.
func (o *Resize) taps(scale float64) int {
	half := 1.0
	switch o.Mode {
	case "nearest":
		return 1
	case "cubic":
		half = 2
	}
	if o.Antialias && scale < 1 {
		half = min(-math.Floor(-half/scale), maxResizeTaps)
	}
	return 2 * int(half)
}

// Permute keeps operands but X, and axes, logical.
func (o *Resize) Permute(perm []int, in []Arg) (Op, bool) {
	if o.perm != nil || len(perm) != in[0].Shape.Rank {
		return o, false
	}
	c := *o
	c.perm = append([]int(nil), perm...)
	return &c, true
}
