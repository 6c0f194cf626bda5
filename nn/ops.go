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
	row[Cast]("Cast", 1, 1, 1, 1, AllDTypes, nil),
	row[CastLike]("CastLike", 2, 2, 1, 1, AllDTypes, nil),
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
	row[Max]("Max", 1, Many, 1, 1, Numbers, nil),
	row[Mean]("Mean", 1, Many, 1, 1, Floats, nil),
	row[Min]("Min", 1, Many, 1, 1, Numbers, nil),
	row[Mish]("Mish", 1, 1, 1, 1, Floats, (*Mish).backward),
	row[Mod]("Mod", 2, 2, 1, 1, Numbers, nil),
	row[Mul]("Mul", 2, 2, 1, 1, Numbers, (*Mul).backward),
	row[Neg]("Neg", 1, 1, 1, 1, Numbers&^(1<<Uint8), (*Neg).backward),
	row[Not]("Not", 1, 1, 1, 1, Bools, nil),
	row[Or]("Or", 2, 2, 1, 1, Bools, nil),
	row[PRelu]("PRelu", 2, 2, 1, 1, Numbers, (*PRelu).backward),
	row[Pow]("Pow", 2, 2, 1, 1, Numbers, nil),
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
	row[Sum]("Sum", 1, Many, 1, 1, Floats, nil),
	row[Swish]("Swish", 1, 1, 1, 1, Floats, (*Swish).backward),
	row[Tan]("Tan", 1, 1, 1, 1, Floats, (*Tan).backward),
	row[Tanh]("Tanh", 1, 1, 1, 1, Floats, (*Tanh).backward),
	row[ThresholdedRelu]("ThresholdedRelu", 1, 1, 1, 1, Floats, (*ThresholdedRelu).backward),
	row[Where]("Where", 3, 3, 1, 1, Bools, nil),
	row[Xor]("Xor", 2, 2, 1, 1, Bools, nil),
}

// reduceRows: reductions, normalisations, softmax, selection.
var reduceRows = []Row{
	row[ArgMax]("ArgMax", 1, 1, 1, 1, Numbers, nil),
	row[ArgMin]("ArgMin", 1, 1, 1, 1, Numbers, nil),
	row[BatchNormalization]("BatchNormalization", 5, 5, 1, 3, Floats, nil),
	row[CumSum]("CumSum", 2, 2, 1, 1, Numbers, nil),
	row[GroupNormalization]("GroupNormalization", 3, 3, 1, 1, Floats, nil),
	row[Hardmax]("Hardmax", 1, 1, 1, 1, Floats, nil),
	row[InstanceNormalization]("InstanceNormalization", 3, 3, 1, 1, Floats, nil),
	row[LRN]("LRN", 1, 1, 1, 1, Floats, nil),
	row[LayerNormalization]("LayerNormalization", 2, 3, 1, 3, Floats, nil),
	row[LogSoftmax]("LogSoftmax", 1, 1, 1, 1, Floats, nil),
	row[LpNormalization]("LpNormalization", 1, 1, 1, 1, Floats, nil),
	row[MeanVarianceNormalization]("MeanVarianceNormalization", 1, 1, 1, 1, Floats, nil),
	row[RMSNormalization]("RMSNormalization", 2, 2, 1, 1, Floats, nil),
	row[ReduceL1]("ReduceL1", 1, 2, 1, 1, Numbers, nil),
	row[ReduceL2]("ReduceL2", 1, 2, 1, 1, Numbers, nil),
	row[ReduceLogSum]("ReduceLogSum", 1, 2, 1, 1, Numbers, nil),
	row[ReduceLogSumExp]("ReduceLogSumExp", 1, 2, 1, 1, Numbers, nil),
	row[ReduceMax]("ReduceMax", 1, 2, 1, 1, Numbers|Bools, nil),
	row[ReduceMean]("ReduceMean", 1, 2, 1, 1, Numbers, nil),
	row[ReduceMin]("ReduceMin", 1, 2, 1, 1, Numbers|Bools, nil),
	row[ReduceProd]("ReduceProd", 1, 2, 1, 1, Numbers, nil),
	row[ReduceSum]("ReduceSum", 1, 2, 1, 1, Numbers, nil),
	row[ReduceSumSquare]("ReduceSumSquare", 1, 2, 1, 1, Numbers, nil),
	row[Softmax]("Softmax", 1, 1, 1, 1, Floats, nil),
	row[TopK]("TopK", 2, 2, 1, 2, Numbers, nil),
}

// convRows: convolution, pooling, matrix products.
var convRows = []Row{
	row[AveragePool]("AveragePool", 1, 1, 1, 1, Floats, nil),
	row[Conv]("Conv", 2, 3, 1, 1, Floats, nil),
	row[ConvTranspose]("ConvTranspose", 2, 3, 1, 1, Floats, nil),
	row[Gemm]("Gemm", 2, 3, 1, 1, Floats|Set(Int32, Int64), nil),
	row[GlobalAveragePool]("GlobalAveragePool", 1, 1, 1, 1, Floats, nil),
	row[GlobalLpPool]("GlobalLpPool", 1, 1, 1, 1, Floats, nil),
	row[GlobalMaxPool]("GlobalMaxPool", 1, 1, 1, 1, Floats, nil),
	row[LpPool]("LpPool", 1, 1, 1, 1, Floats, nil),
	row[MatMul]("MatMul", 2, 2, 1, 1, Floats|Set(Int32, Int64), nil),
	row[MaxPool]("MaxPool", 1, 1, 1, 2, Floats|Set(Int8, Uint8), nil),
	row[MaxUnpool]("MaxUnpool", 2, 3, 1, 1, Floats, nil),
	row[Resize]("Resize", 1, 4, 1, 1, Numbers|Bools, nil),
}

// shapeRows: what moves elements about without computing with them.
var shapeRows = []Row{
	row[CenterCropPad]("CenterCropPad", 2, 2, 1, 1, AllDTypes, nil),
	row[Compress]("Compress", 2, 2, 1, 1, AllDTypes, nil),
	row[Concat]("Concat", 1, Many, 1, 1, AllDTypes, (*Concat).backward),
	row[ConstantOfShape]("ConstantOfShape", 1, 1, 1, 1, Set(Int64), nil),
	row[DepthToSpace]("DepthToSpace", 1, 1, 1, 1, AllDTypes, (*DepthToSpace).backward),
	row[Expand]("Expand", 2, 2, 1, 1, AllDTypes, (*Expand).backward),
	row[EyeLike]("EyeLike", 1, 1, 1, 1, AllDTypes, nil),
	row[Flatten]("Flatten", 1, 1, 1, 1, AllDTypes, (*Flatten).backward),
	row[Gather]("Gather", 2, 2, 1, 1, AllDTypes, nil),
	row[GatherElements]("GatherElements", 2, 2, 1, 1, AllDTypes, nil),
	row[GatherND]("GatherND", 2, 2, 1, 1, AllDTypes, nil),
	row[Identity]("Identity", 1, 1, 1, 1, AllDTypes, (*Identity).backward),
	row[NonZero]("NonZero", 1, 1, 1, 1, AllDTypes, nil),
	row[OneHot]("OneHot", 3, 3, 1, 1, Numbers, nil),
	row[Pad]("Pad", 2, 4, 1, 1, AllDTypes, nil),
	row[Range]("Range", 3, 3, 1, 1, Numbers, nil),
	row[Reshape]("Reshape", 2, 2, 1, 1, AllDTypes, (*Reshape).backward),
	row[ReverseSequence]("ReverseSequence", 2, 2, 1, 1, AllDTypes, nil),
	row[ScatterElements]("ScatterElements", 3, 3, 1, 1, AllDTypes, nil),
	row[ScatterND]("ScatterND", 3, 3, 1, 1, AllDTypes, nil),
	row[ShapeOp]("Shape", 1, 1, 1, 1, AllDTypes, nil),
	row[Size]("Size", 1, 1, 1, 1, AllDTypes, nil),
	row[Slice]("Slice", 3, 5, 1, 1, AllDTypes, (*Slice).backward),
	row[SpaceToDepth]("SpaceToDepth", 1, 1, 1, 1, AllDTypes, (*SpaceToDepth).backward),
	row[Split]("Split", 1, 2, 1, Many, AllDTypes, (*Split).backward),
	row[Squeeze]("Squeeze", 1, 2, 1, 1, AllDTypes, (*Squeeze).backward),
	row[Tile]("Tile", 2, 2, 1, 1, AllDTypes, nil),
	row[Transpose]("Transpose", 1, 1, 1, 1, AllDTypes, (*Transpose).backward),
	row[Trilu]("Trilu", 1, 2, 1, 1, AllDTypes, nil),
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
