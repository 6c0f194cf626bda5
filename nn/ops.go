package nn

import (
	"reflect"
	"slices"
)

// Rows is the op table: one row an operator, by field of use and then by name.
// To add an operator, see ARCHITECTURE.md.
var Rows = slices.Concat(mathRows, reduceRows, convRows, shapeRows, quantRows)

// row makes a table row; T is the attribute struct, whose zero value with the
// defaults of its tags is a valid operation.
func row[T any, P interface {
	*T
	Op
}](name string, minIn, maxIn, minOut, maxOut int, types DTypes, backward func(P, *Grad)) Row {
	r := Row{Name: name, MinIn: minIn, MaxIn: maxIn, MinOut: minOut, MaxOut: maxOut, Types: types,
		New: func() Op {
			p := P(new(T))
			setDefaults(p)
			return p
		}}
	if backward != nil {
		r.Backward = func(op Op, g *Grad) { backward(op.(P), g) }
	}
	return r
}

// mathRows: element by element.
var mathRows = []Row{
	row[Abs]("Abs", 1, 1, 1, 1, Numbers, (*Abs).backward),
	row[Acos]("Acos", 1, 1, 1, 1, Floats, (*Acos).backward),
	row[Acosh]("Acosh", 1, 1, 1, 1, Floats, (*Acosh).backward),
	row[Add]("Add", 2, 2, 1, 1, Numbers, (*Add).backward),
	row[And]("And", 2, 2, 1, 1, Bools, nil),
	row[Asin]("Asin", 1, 1, 1, 1, Floats, (*Asin).backward),
	row[Asinh]("Asinh", 1, 1, 1, 1, Floats, (*Asinh).backward),
	row[Atan]("Atan", 1, 1, 1, 1, Floats, (*Atan).backward),
	row[Atanh]("Atanh", 1, 1, 1, 1, Floats, (*Atanh).backward),
	row[Cast]("Cast", 1, 1, 1, 1, AllDTypes, (*Cast).backward),
	row[CastLike]("CastLike", 2, 2, 1, 1, AllDTypes, (*CastLike).backward),
	row[Ceil]("Ceil", 1, 1, 1, 1, Floats, nil),
	row[Celu]("Celu", 1, 1, 1, 1, Floats, (*Celu).backward),
	row[Clip]("Clip", 1, 3, 1, 1, Numbers, (*Clip).backward),
	row[Cos]("Cos", 1, 1, 1, 1, Floats, (*Cos).backward),
	row[Cosh]("Cosh", 1, 1, 1, 1, Floats, (*Cosh).backward),
	row[Div]("Div", 2, 2, 1, 1, Numbers, (*Div).backward),
	row[Dropout]("Dropout", 1, 3, 1, 2, Floats|Halfs, (*Dropout).backward),
	row[Elu]("Elu", 1, 1, 1, 1, Floats, (*Elu).backward),
	row[Equal]("Equal", 2, 2, 1, 1, Numbers|Bools, nil),
	row[Erf]("Erf", 1, 1, 1, 1, Floats, (*Erf).backward),
	row[Exp]("Exp", 1, 1, 1, 1, Floats, (*Exp).backward),
	row[Floor]("Floor", 1, 1, 1, 1, Floats, nil),
	row[Gelu]("Gelu", 1, 1, 1, 1, Floats, (*Gelu).backward),
	row[Greater]("Greater", 2, 2, 1, 1, Numbers, nil),
	row[GreaterOrEqual]("GreaterOrEqual", 2, 2, 1, 1, Numbers, nil),
	row[HardSigmoid]("HardSigmoid", 1, 1, 1, 1, Floats, (*HardSigmoid).backward),
	row[HardSwish]("HardSwish", 1, 1, 1, 1, Floats, (*HardSwish).backward),
	row[IsInf]("IsInf", 1, 1, 1, 1, Floats|Halfs, nil),
	row[IsNaN]("IsNaN", 1, 1, 1, 1, Floats|Halfs, nil),
	row[LeakyRelu]("LeakyRelu", 1, 1, 1, 1, Floats, (*LeakyRelu).backward),
	row[Less]("Less", 2, 2, 1, 1, Numbers, nil),
	row[LessOrEqual]("LessOrEqual", 2, 2, 1, 1, Numbers, nil),
	row[Log]("Log", 1, 1, 1, 1, Floats, (*Log).backward),
	row[Max]("Max", 1, Many, 1, 1, Numbers, (*Max).backward),
	row[Mean]("Mean", 1, Many, 1, 1, Floats, (*Mean).backward),
	row[Min]("Min", 1, Many, 1, 1, Numbers, (*Min).backward),
	row[Mish]("Mish", 1, 1, 1, 1, Floats, (*Mish).backward),
	row[Mod]("Mod", 2, 2, 1, 1, Numbers, (*Mod).backward),
	row[Mul]("Mul", 2, 2, 1, 1, Numbers, (*Mul).backward),
	row[Neg]("Neg", 1, 1, 1, 1, Numbers&^(1<<Uint8), (*Neg).backward),
	row[Not]("Not", 1, 1, 1, 1, Bools, nil),
	row[Or]("Or", 2, 2, 1, 1, Bools, nil),
	row[PRelu]("PRelu", 2, 2, 1, 1, Numbers, (*PRelu).backward),
	row[Pow]("Pow", 2, 2, 1, 1, Numbers, (*Pow).backward),
	row[Reciprocal]("Reciprocal", 1, 1, 1, 1, Floats, (*Reciprocal).backward),
	row[Relu]("Relu", 1, 1, 1, 1, Numbers, (*Relu).backward),
	row[Round]("Round", 1, 1, 1, 1, Floats, nil),
	row[Selu]("Selu", 1, 1, 1, 1, Floats, (*Selu).backward),
	row[Shrink]("Shrink", 1, 1, 1, 1, Numbers, (*Shrink).backward),
	row[Sigmoid]("Sigmoid", 1, 1, 1, 1, Floats, (*Sigmoid).backward),
	row[Sign]("Sign", 1, 1, 1, 1, Numbers, nil),
	row[Sin]("Sin", 1, 1, 1, 1, Floats, (*Sin).backward),
	row[Sinh]("Sinh", 1, 1, 1, 1, Floats, (*Sinh).backward),
	row[Softplus]("Softplus", 1, 1, 1, 1, Floats, (*Softplus).backward),
	row[Softsign]("Softsign", 1, 1, 1, 1, Floats, (*Softsign).backward),
	row[Sqrt]("Sqrt", 1, 1, 1, 1, Floats, (*Sqrt).backward),
	row[Sub]("Sub", 2, 2, 1, 1, Numbers, (*Sub).backward),
	row[Sum]("Sum", 1, Many, 1, 1, Floats, (*Sum).backward),
	row[Swish]("Swish", 1, 1, 1, 1, Floats, (*Swish).backward),
	row[Tan]("Tan", 1, 1, 1, 1, Floats, (*Tan).backward),
	row[Tanh]("Tanh", 1, 1, 1, 1, Floats, (*Tanh).backward),
	row[ThresholdedRelu]("ThresholdedRelu", 1, 1, 1, 1, Floats, (*ThresholdedRelu).backward),
	row[Where]("Where", 3, 3, 1, 1, Bools, (*Where).backward),
	row[Xor]("Xor", 2, 2, 1, 1, Bools, nil),
}

// reduceRows: reductions, normalisations, softmax, selection.
var reduceRows = []Row{
	row[ArgMax]("ArgMax", 1, 1, 1, 1, Numbers, nil),
	row[ArgMin]("ArgMin", 1, 1, 1, 1, Numbers, nil),
	row[BatchNormalization]("BatchNormalization", 5, 5, 1, 3, Floats, (*BatchNormalization).backward),
	row[CumSum]("CumSum", 2, 2, 1, 1, Numbers, (*CumSum).backward),
	row[GroupNormalization]("GroupNormalization", 3, 3, 1, 1, Floats, (*GroupNormalization).backward),
	row[Hardmax]("Hardmax", 1, 1, 1, 1, Floats, nil),
	row[InstanceNormalization]("InstanceNormalization", 3, 3, 1, 1, Floats, (*InstanceNormalization).backward),
	row[LRN]("LRN", 1, 1, 1, 1, Floats, (*LRN).backward),
	row[LayerNormalization]("LayerNormalization", 2, 3, 1, 3, Floats, (*LayerNormalization).backward),
	row[LogSoftmax]("LogSoftmax", 1, 1, 1, 1, Floats, (*LogSoftmax).backward),
	row[LpNormalization]("LpNormalization", 1, 1, 1, 1, Floats, (*LpNormalization).backward),
	row[MeanVarianceNormalization]("MeanVarianceNormalization", 1, 1, 1, 1, Floats, (*MeanVarianceNormalization).backward),
	row[RMSNormalization]("RMSNormalization", 2, 2, 1, 1, Floats, (*RMSNormalization).backward),
	row[ReduceL1]("ReduceL1", 1, 2, 1, 1, Numbers, (*ReduceL1).backward),
	row[ReduceL2]("ReduceL2", 1, 2, 1, 1, Numbers, (*ReduceL2).backward),
	row[ReduceLogSum]("ReduceLogSum", 1, 2, 1, 1, Numbers, (*ReduceLogSum).backward),
	row[ReduceLogSumExp]("ReduceLogSumExp", 1, 2, 1, 1, Numbers, (*ReduceLogSumExp).backward),
	row[ReduceMax]("ReduceMax", 1, 2, 1, 1, Numbers|Bools, (*ReduceMax).backward),
	row[ReduceMean]("ReduceMean", 1, 2, 1, 1, Numbers, (*ReduceMean).backward),
	row[ReduceMin]("ReduceMin", 1, 2, 1, 1, Numbers|Bools, (*ReduceMin).backward),
	row[ReduceProd]("ReduceProd", 1, 2, 1, 1, Numbers, (*ReduceProd).backward),
	row[ReduceSum]("ReduceSum", 1, 2, 1, 1, Numbers, (*ReduceSum).backward),
	row[ReduceSumSquare]("ReduceSumSquare", 1, 2, 1, 1, Numbers, (*ReduceSumSquare).backward),
	row[Softmax]("Softmax", 1, 1, 1, 1, Floats, (*Softmax).backward),
	row[TopK]("TopK", 2, 2, 1, 2, Numbers, (*TopK).backward),
}

// convRows: convolution, pooling, matrix products.
var convRows = []Row{
	row[AveragePool]("AveragePool", 1, 1, 1, 1, Floats, (*AveragePool).backward),
	row[Conv]("Conv", 2, 3, 1, 1, Floats, (*Conv).backward),
	row[ConvTranspose]("ConvTranspose", 2, 3, 1, 1, Floats, (*ConvTranspose).backward),
	row[Gemm]("Gemm", 2, 3, 1, 1, Floats|Set(Int32, Int64), (*Gemm).backward),
	row[GlobalAveragePool]("GlobalAveragePool", 1, 1, 1, 1, Floats, (*GlobalAveragePool).backward),
	row[GlobalLpPool]("GlobalLpPool", 1, 1, 1, 1, Floats, (*GlobalLpPool).backward),
	row[GlobalMaxPool]("GlobalMaxPool", 1, 1, 1, 1, Floats, (*GlobalMaxPool).backward),
	row[LpPool]("LpPool", 1, 1, 1, 1, Floats, (*LpPool).backward),
	row[MatMul]("MatMul", 2, 2, 1, 1, Floats|Set(Int32, Int64), (*MatMul).backward),
	row[MaxPool]("MaxPool", 1, 1, 1, 2, Floats|Set(Int8, Uint8), (*MaxPool).backward),
	row[MaxUnpool]("MaxUnpool", 2, 3, 1, 1, Floats, (*MaxUnpool).backward),
	row[Resize]("Resize", 1, 4, 1, 1, Numbers|Bools, (*Resize).backward),
}

// shapeRows: what moves elements about without computing with them.
var shapeRows = []Row{
	row[CenterCropPad]("CenterCropPad", 2, 2, 1, 1, AllDTypes, (*CenterCropPad).backward),
	row[Compress]("Compress", 2, 2, 1, 1, AllDTypes, (*Compress).backward),
	row[Concat]("Concat", 1, Many, 1, 1, AllDTypes, (*Concat).backward),
	row[ConstantOfShape]("ConstantOfShape", 1, 1, 1, 1, Set(Int64), nil),
	row[DepthToSpace]("DepthToSpace", 1, 1, 1, 1, AllDTypes, (*DepthToSpace).backward),
	row[Expand]("Expand", 2, 2, 1, 1, AllDTypes, (*Expand).backward),
	row[EyeLike]("EyeLike", 1, 1, 1, 1, AllDTypes, nil),
	row[Flatten]("Flatten", 1, 1, 1, 1, AllDTypes, (*Flatten).backward),
	row[Gather]("Gather", 2, 2, 1, 1, AllDTypes, (*Gather).backward),
	row[GatherElements]("GatherElements", 2, 2, 1, 1, AllDTypes, (*GatherElements).backward),
	row[GatherND]("GatherND", 2, 2, 1, 1, AllDTypes, (*GatherND).backward),
	row[Identity]("Identity", 1, 1, 1, 1, AllDTypes, (*Identity).backward),
	row[NonZero]("NonZero", 1, 1, 1, 1, AllDTypes, nil),
	row[OneHot]("OneHot", 3, 3, 1, 1, Numbers, nil),
	row[Pad]("Pad", 2, 4, 1, 1, AllDTypes, (*Pad).backward),
	row[Range]("Range", 3, 3, 1, 1, Numbers, nil),
	row[Reshape]("Reshape", 2, 2, 1, 1, AllDTypes, (*Reshape).backward),
	row[ReverseSequence]("ReverseSequence", 2, 2, 1, 1, AllDTypes, (*ReverseSequence).backward),
	row[ScatterElements]("ScatterElements", 3, 3, 1, 1, AllDTypes, (*ScatterElements).backward),
	row[ScatterND]("ScatterND", 3, 3, 1, 1, AllDTypes, (*ScatterND).backward),
	row[ShapeOp]("Shape", 1, 1, 1, 1, AllDTypes, nil),
	row[Size]("Size", 1, 1, 1, 1, AllDTypes, nil),
	row[Slice]("Slice", 3, 5, 1, 1, AllDTypes, (*Slice).backward),
	row[SpaceToDepth]("SpaceToDepth", 1, 1, 1, 1, AllDTypes, (*SpaceToDepth).backward),
	row[Split]("Split", 1, 2, 1, Many, AllDTypes, (*Split).backward),
	row[Squeeze]("Squeeze", 1, 2, 1, 1, AllDTypes, (*Squeeze).backward),
	row[Tile]("Tile", 2, 2, 1, 1, AllDTypes, (*Tile).backward),
	row[Transpose]("Transpose", 1, 1, 1, 1, AllDTypes, (*Transpose).backward),
	row[Trilu]("Trilu", 1, 2, 1, 1, AllDTypes, (*Trilu).backward),
	row[Unsqueeze]("Unsqueeze", 2, 2, 1, 1, AllDTypes, (*Unsqueeze).backward),
}

// quantRows: integer arithmetic, and detection.
var quantRows = []Row{
	row[ConvInteger]("ConvInteger", 2, 4, 1, 1, Set(Int8, Uint8), nil),
	row[DequantizeLinear]("DequantizeLinear", 2, 3, 1, 1, Set(Int8, Uint8, Int32), nil),
	row[DynamicQuantizeLinear]("DynamicQuantizeLinear", 1, 1, 3, 3, Set(Float32), nil),
	row[MatMulInteger]("MatMulInteger", 2, 4, 1, 1, Set(Int8, Uint8), nil),
	row[NonMaxSuppression]("NonMaxSuppression", 2, 5, 1, 1, Set(Float32), nil),
	row[QLinearConv]("QLinearConv", 8, 9, 1, 1, Set(Int8, Uint8), nil),
	row[QLinearMatMul]("QLinearMatMul", 8, 8, 1, 1, Set(Int8, Uint8), nil),
	row[QuantizeLinear]("QuantizeLinear", 2, 3, 1, 1, Set(Float32, Int32), nil),
}

var (
	rowsByName = map[string]*Row{}
	rowsByType = map[reflect.Type]*Row{}
)

func init() {
	// An index of the table above, built once; the table itself is the list.
	for i := range Rows {
		r := &Rows[i]
		rowsByName[r.Name] = r
		rowsByType[typeOf(r.New())] = r
	}
}

func typeOf(op Op) reflect.Type { return reflect.TypeOf(op) }
