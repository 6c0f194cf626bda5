package nn

import (
	"math"
	"slices"
	"unsafe"

	"github.com/x448/float16"
)

// onnxTypes are the numbers by which ONNX names element types, by DType
// (TensorProto.DataType).
var onnxTypes = [...]int{Float32: 1, Float16: 10, Float64: 11, Int8: 3, Uint8: 2, Int32: 6, Int64: 7, Bool: 9}

// ONNX returns the number by which ONNX names the type, 0 for Invalid.
func (d DType) ONNX() int {
	if int(d) < len(onnxTypes) {
		return onnxTypes[d]
	}
	return 0
}

// DTypeFromONNX returns the type of an ONNX number; ok is false for types
// that Ocellus does not compute with.
func DTypeFromONNX(n int) (d DType, ok bool) {
	i := slices.Index(onnxTypes[:], n)
	if i <= int(Invalid) {
		return Invalid, false
	}
	return DType(i), true
}

// Cast converts elements to the type whose ONNX number is To. Floats become
// integers by truncation, saturating, NaN as 0; integers wrap; halves are
// rounded to the nearest, ties to even.
type Cast struct {
	To        int    `onnx:"to"`
	Saturate  bool   `onnx:"saturate,1"`
	RoundMode string `onnx:"round_mode,up"`
}

// CastTo returns the Cast to a type.
func CastTo(d DType) *Cast { return &Cast{To: d.ONNX(), Saturate: true, RoundMode: "up"} }

// Infer returns the wanted type with the operand's shape.
func (o *Cast) Infer(in []Arg, _ int) ([]Type, error) {
	to, ok := DTypeFromONNX(o.To)
	if !ok {
		return nil, Unsupportedf("to", "ONNX element type %d", o.To)
	}
	if err := checkRounding(o.RoundMode); err != nil {
		return nil, err
	}
	return []Type{{DType: to, Shape: in[0].Shape}}, nil
}

// checkRounding refuses a rounding that only 8-bit floats know. (saturate is
// theirs as well, and means nothing here.)
func checkRounding(mode string) error {
	if mode != "up" {
		return Unsupportedf("round_mode", "%q, want up", mode)
	}
	return nil
}

// Forward converts.
func (*Cast) Forward(r *Run) error {
	convert(r.Out[0], r.In[0])
	return nil
}

// View: a cast to the operand's own type passes it on.
func (o *Cast) View(in []Arg) bool { return in[0].DType.ONNX() == o.To }

// Permute: the order of the dimensions does not matter.
func (o *Cast) Permute([]int, []Arg) (Op, bool) { return o, true }

func (*Cast) backward(g *Grad) { convertGrad(g) }

// convertGrad converts the gradient back, between floats of 32 and 64 bits.
func convertGrad(g *Grad) {
	if !g.DIn[0].Present() || !g.DOut[0].Present() {
		return
	}
	switch {
	case g.DIn[0].DType == g.DOut[0].DType:
		addGrad(g.DIn[0], g.DOut[0])
	case g.DIn[0].DType == Float32 && g.DOut[0].DType == Float64:
		addConverted(g.DIn[0].F32(), g.DOut[0].F64())
	case g.DIn[0].DType == Float64 && g.DOut[0].DType == Float32:
		addConverted(g.DIn[0].F64(), g.DOut[0].F32())
	}
}

func addConverted[D, S Float](dst []D, src []S) {
	for i, v := range src {
		dst[i] += D(v)
	}
}

// CastLike converts the elements of operand 0 to the type of operand 1, as
// Cast does.
type CastLike struct {
	Saturate  bool   `onnx:"saturate,1"`
	RoundMode string `onnx:"round_mode,up"`
}

// Infer returns operand 1's type with operand 0's shape.
func (o *CastLike) Infer(in []Arg, _ int) ([]Type, error) {
	if err := checkRounding(o.RoundMode); err != nil {
		return nil, err
	}
	return []Type{{DType: in[1].DType, Shape: in[0].Shape}}, nil
}

// Forward converts.
func (*CastLike) Forward(r *Run) error {
	convert(r.Out[0], r.In[0])
	return nil
}

// View: a cast to the operand's own type passes it on.
func (*CastLike) View(in []Arg) bool { return in[0].DType == in[1].DType }

// Permute: the order of operand 0's dimensions does not matter, nor what
// operand 1 is.
func (o *CastLike) Permute(perm []int, in []Arg) (Op, bool) {
	return o, in[0].Shape.Rank == len(perm)
}

func (*CastLike) backward(g *Grad) { convertGrad(g) }

// convert writes the elements of in as those of out's type.
func convert(out, in *Tensor) {
	if out.DType == in.DType {
		copy(out.Bytes(), in.Bytes())
		return
	}
	switch in.DType {
	case Float32:
		convertFloats(out, in.F32())
	case Float64:
		convertFloats(out, in.F64())
	case Float16:
		convertHalfs(out, in.F16())
	case Int8:
		convertInts(out, in.I8())
	case Uint8:
		convertInts(out, in.U8())
	case Int32:
		convertInts(out, in.I32())
	case Int64:
		convertInts(out, in.I64())
	case Bool:
		// A bool is a byte of 0 or 1.
		convertInts(out, units[uint8](in))
	}
}

func convertFloats[S Float](out *Tensor, in []S) {
	switch out.DType {
	case Float32:
		convertRun(out.F32(), in)
	case Float64:
		convertRun(out.F64(), in)
	case Float16:
		halfRun(out.F16(), in)
	case Int8:
		saturateRun(out.I8(), in)
	case Uint8:
		saturateRun(out.U8(), in)
	case Int32:
		saturateRun(out.I32(), in)
	case Int64:
		saturateRun(out.I64(), in)
	case Bool:
		boolRun(out.Bools(), in)
	}
}

func convertInts[S int8 | uint8 | int32 | int64](out *Tensor, in []S) {
	switch out.DType {
	case Float32:
		convertRun(out.F32(), in)
	case Float64:
		convertRun(out.F64(), in)
	case Float16:
		halfRun(out.F16(), in)
	case Int8:
		convertRun(out.I8(), in)
	case Uint8:
		convertRun(out.U8(), in)
	case Int32:
		convertRun(out.I32(), in)
	case Int64:
		convertRun(out.I64(), in)
	case Bool:
		boolRun(out.Bools(), in)
	}
}

// convertHalfs goes through float32, which holds every half, a block at a
// time.
func convertHalfs(out *Tensor, in []float16.Float16) {
	if out.DType == Float32 {
		o := out.F32()
		for i, v := range in {
			o[i] = v.Float32()
		}
		return
	}
	var block [256]float32
	size := out.DType.Size()
	for i := 0; i < len(in); i += len(block) {
		n := min(len(block), len(in)-i)
		for j, v := range in[i : i+n] {
			block[j] = v.Float32()
		}
		o := Tensor{DType: out.DType, data: out.data[i*size : (i+n)*size]}
		convertFloats(&o, block[:n])
	}
}

func convertRun[D, S Number](out []D, in []S) {
	for i, v := range in {
		out[i] = D(v)
	}
}

func boolRun[S Number](out []bool, in []S) {
	for i, v := range in {
		out[i] = v != 0
	}
}

func saturateRun[D int8 | uint8 | int32 | int64, S Float](out []D, in []S) {
	for i, v := range in {
		out[i] = saturate[D](float64(v))
	}
}

// saturate truncates x to an integer type, to its nearest value where x lies
// outside; NaN becomes 0.
func saturate[D int8 | uint8 | int32 | int64](x float64) D {
	var z D
	hi := float64(uint64(1) << (unsafe.Sizeof(z)*8 - 1))
	lo := -hi
	if z-1 > 0 { // unsigned
		lo, hi = 0, 2*hi
	}
	switch {
	case x >= lo && x < hi:
		return D(x)
	case x >= hi:
		return ^D(0) ^ D(int64(lo))
	case x < lo:
		return D(int64(lo))
	}
	return 0
}

func halfRun[S Number](out []float16.Float16, in []S) {
	for i, v := range in {
		out[i] = half(float64(v))
	}
}

// half rounds to the nearest half, ties to even. Where float32 does not hold
// x, its last bit is made odd first, so that rounding twice rounds rightly
// (S. Boldo, G. Melquiond, "Emulation of a FMA and correctly rounded sums:
// proved algorithms using rounding to odd", IEEE Trans. Comp. 57, 2008).
func half(x float64) float16.Float16 {
	f := float32(x)
	if float64(f) != x && x == x && !math.IsInf(float64(f), 0) {
		b := math.Float32bits(f)
		if math.Abs(float64(f)) > math.Abs(x) {
			b--
		}
		f = math.Float32frombits(b | 1)
	}
	return float16.Fromfloat32(f)
}
