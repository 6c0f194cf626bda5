package models

import (
	"math"

	"github.com/ocellus-vision/ocellus/nn"
)

// layers makes graphs out of layers whose weights are drawn.
type layers struct {
	*nn.Builder
	seed    uint64
	fresh   bool    // weights as training begins
	epsilon float32 // of batch normalisation
	width   float64 // of inner layers, as a share of their own

	normalised bool // rectified convolutions have batch normalisation in place of a bias
}

// features is a value of shape [batch c h w] or, where h is 0, [batch c].
// power is the mean square of its elements, roughly: weights are drawn such
// that what comes out of a layer has variance 1 whatever comes in (He et al.,
// "Delving deep into rectifiers", 2015, where all that comes in is rectified).
type features struct {
	id      nn.ValueID
	c, h, w int
	power   float64
}

func newLayers(name string, o Options) *layers {
	return &layers{Builder: nn.NewBuilder(name), seed: o.Seed, fresh: o.Fresh, epsilon: 1e-5, width: o.Width}
}

// wide returns the channels of a layer that has n of them at width 1: an even
// number, which two groups can share.
func (l *layers) wide(n int) int {
	if l.width == 1 {
		return n
	}
	return max(2, 2*int(l.width*float64(n)/2+0.5))
}

// input is the network's input, "input": square pictures.
func (l *layers) input(o Options, power float64) features {
	id := l.Input("input", nn.Float32, nn.Sym("batch"), nn.D(o.Channels), nn.D(o.Size), nn.D(o.Size))
	return features{id, o.Channels, o.Size, o.Size, power}
}

// Mean squares of inputs, of photographs.
const (
	unitPower       = 0.25 // pixels from 0 to 1
	normalisedPower = 1    // pixels less their mean, divided by their deviation
)

// done returns the graph with those outputs.
func (l *layers) done(outputs ...features) (*nn.Graph, error) {
	for _, x := range outputs {
		l.Output(x.id)
	}
	return l.Build()
}

// param draws a parameter of that deviation.
func (l *layers) param(name string, deviation float64, dims ...int) nn.ValueID {
	t := nn.NewTensor(nn.Float32, nn.S(dims...))
	newDraw(l.seed, name).normal(t.F32(), deviation)
	return l.Param(name, t)
}

// bias draws what is added to n channels. Training begins with zeros.
func (l *layers) bias(name string, n int) nn.ValueID {
	if l.fresh {
		return l.Param(name, nn.NewTensor(nn.Float32, nn.S(n)))
	}
	return l.param(name, biasDeviation, n)
}

// statistic draws what is no parameter, or a parameter that is around 1.
// Training begins with the middle of what is drawn.
func (l *layers) statistic(name string, low, high float32, trainable bool, n int) nn.ValueID {
	t := nn.NewTensor(nn.Float32, nn.S(n))
	newDraw(l.seed, name).uniform(t.F32(), low, high)
	for i := range t.F32() {
		if l.fresh {
			t.F32()[i] = (low + high) / 2
		}
	}
	if trainable {
		return l.Param(name, t)
	}
	return l.Const(name, t)
}

// shared adds a constant that several nodes read, once.
func (l *layers) shared(name string, t *nn.Tensor) nn.ValueID {
	if id, ok := l.Find(name); ok {
		return id
	}
	return l.Const(name, t)
}

// window is the geometry of a convolution or a pooling over squares.
type window struct {
	out    int // channels, of a convolution
	kernel int
	stride int // 0: 1
	pad    int // on all sides
	groups int // 0: 1; depthwise: as many as there are channels
	ceil   bool
}

const depthwise = -1

func (w window) ints() (strides, pads []int) {
	s := max(w.stride, 1)
	return []int{s, s}, []int{w.pad, w.pad, w.pad, w.pad}
}

// extent is what is left of n pixels.
func (w window) extent(n int) int {
	span := n + 2*w.pad - w.kernel
	if w.ceil {
		span += max(w.stride, 1) - 1
	}
	return span/max(w.stride, 1) + 1
}

// conv is a convolution named name with the weights name.weight and, if biased,
// name.bias.
func (l *layers) conv(name string, x features, w window, biased bool) features {
	groups := max(w.groups, 1)
	if w.groups == depthwise {
		groups, w.out = x.c, x.c
	}
	fan := x.c / groups * w.kernel * w.kernel
	in := []nn.ValueID{x.id, l.weight(name+".weight", l.deviation(fan, x.power), w.out, x.c/groups, w.kernel, w.kernel)}
	if biased {
		in = append(in, l.sharedBias(name+".bias", w.out))
	}
	strides, pads := w.ints()
	op := &nn.Conv{AutoPad: "NOTSET", Group: groups, KernelShape: []int{w.kernel, w.kernel}, Strides: strides, Pads: pads}
	return features{l.Node(l.Unique(name), op, in...), w.out, w.extent(x.h), w.extent(x.w), 1}
}

const biasDeviation = 0.1

// deviation is that of weights which make variance 1 of fan inputs. Training
// begins with √(2/fan) whatever the inputs, as He et al. (2015) have it.
func (l *layers) deviation(fan int, power float64) float64 {
	if l.fresh {
		power = 0.5
	}
	return math.Sqrt(1 / (float64(fan) * power))
}

// weight is param, or the parameter of that name if it has been drawn: heads
// of detectors share theirs.
func (l *layers) weight(name string, deviation float64, dims ...int) nn.ValueID {
	if id, ok := l.Find(name); ok {
		return id
	}
	return l.param(name, deviation, dims...)
}

// sharedBias is to bias what weight is to param.
func (l *layers) sharedBias(name string, n int) nn.ValueID {
	if id, ok := l.Find(name); ok {
		return id
	}
	return l.bias(name, n)
}

// normPower is what norm does to the mean square of a variable of mean 0 and
// variance 1: the product of the means of weight², 1/variance and 1 + mean²,
// and that of bias².
const normPower = 1.155

// norm is a batch normalisation with the parameters that PyTorch has. Its
// statistics are near those of what it gets, yet it is far from an identity.
func (l *layers) norm(name string, x features) features {
	op := &nn.BatchNormalization{Epsilon: l.epsilon, Momentum: 0.9}
	x.id = l.Node(l.Unique(name), op, x.id,
		l.statistic(name+".weight", 0.75, 1.25, true, x.c),
		l.bias(name+".bias", x.c),
		l.statistic(name+".running_mean", -0.25, 0.25, false, x.c),
		l.statistic(name+".running_var", 0.5, 1.5, false, x.c))
	x.power *= normPower
	return x
}

// activation adds a non-linearity to a graph. name is that of the layer that
// it belongs to.
type activation func(l *layers, name string, x features) features

// block is a convolution without bias, a normalisation and an activation (nil
// for none).
func (l *layers) block(conv, norm string, x features, w window, a activation) features {
	x = l.norm(norm, l.conv(conv, x, w, false))
	if a == nil {
		return x
	}
	return a(l, conv, x)
}

// rectified is a convolution with a bias, or with batch normalisation, and a
// Relu.
func (l *layers) rectified(name string, x features, w window) features {
	if l.normalised {
		return l.block(name, name+".norm", x, w, relu)
	}
	return relu(l, name, l.conv(name, x, w, true))
}

// responseNorm is a local response normalisation, unless there is batch
// normalisation.
func (l *layers) responseNorm(name string, x features) features {
	if l.normalised {
		return x
	}
	x.id = l.Node(name, &nn.LRN{Alpha: 1e-4, Beta: 0.75, Bias: 1, Size: 5}, x.id)
	return x
}

// dropout drops half of the features while training.
func (l *layers) dropout(name string, x features) features {
	x.id = l.Node(name, &nn.Dropout{}, x.id, l.shared("dropout.ratio", nn.Scalar(float32(0.5))))
	return x
}

// linear is a fully connected layer on [batch c].
func (l *layers) linear(name string, x features, out int) features {
	return l.linearOf(name, x, out, l.deviation(x.c, x.power))
}

// lastDeviation is that of the weights of AlexNet's and VGG's last layer as
// training begins, by their papers. He's would make guesses that are far too
// sure of features half of which are dropped and the rest doubled, and in
// unlearning them the layers before it die.
const lastDeviation = 0.01

// last is a fully connected layer behind dropout that gives the logits.
func (l *layers) last(name string, x features, classes int) features {
	if l.fresh {
		return l.linearOf(name, x, classes, lastDeviation)
	}
	return l.linear(name, x, classes)
}

func (l *layers) linearOf(name string, x features, out int, deviation float64) features {
	w := l.param(name+".weight", deviation, out, x.c)
	id := l.Node(name, &nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, x.id, w, l.bias(name+".bias", out))
	return features{id: id, c: out, power: 1}
}

// add is the sum of two values of one shape.
func (l *layers) add(name string, x, y features) features {
	x.id = l.Node(name, &nn.Add{}, x.id, y.id)
	x.power += y.power
	return x
}

// concat joins channels.
func (l *layers) concat(name string, xs ...features) features {
	out, sum := xs[0], 0.0
	out.c = 0
	ids := make([]nn.ValueID, len(xs))
	for i, x := range xs {
		ids[i] = x.id
		out.c += x.c
		// The conversion keeps the product from being fused with the sum.
		sum += float64(x.power * float64(x.c))
	}
	out.id, out.power = l.Node(name, &nn.Concat{Axis: 1}, ids...), sum/float64(out.c)
	return out
}

// halves splits the channels in two.
func (l *layers) halves(name string, x features) (a, b features) {
	half := int64(x.c / 2)
	ids := l.NodeN(name, &nn.Split{Axis: 1}, []nn.ValueID{x.id, l.shared(name+".sizes", nn.T([]int64{half, half}, 2))},
		[]string{name + ".0", name + ".1"})
	x.c /= 2
	a, b = x, x
	a.id, b.id = ids[0], ids[1]
	return a, b
}

func (l *layers) maxPool(name string, x features, w window) features {
	strides, pads := w.ints()
	op := &nn.MaxPool{AutoPad: "NOTSET", CeilMode: w.ceil, KernelShape: []int{w.kernel, w.kernel}, Strides: strides, Pads: pads}
	return features{l.Node(name, op, x.id), x.c, w.extent(x.h), w.extent(x.w), x.power}
}

// pooled is the mean of each channel, [batch c].
func (l *layers) pooled(name string, x features) features {
	x.id = l.Node(name, &nn.GlobalAveragePool{}, x.id)
	return l.flatten(name+".flat", features{x.id, x.c, 1, 1, x.power})
}

func (l *layers) flatten(name string, x features) features {
	return features{id: l.Node(name, &nn.Flatten{Axis: 1}, x.id), c: x.c * x.h * x.w, power: x.power}
}

// larger repeats each pixel twice along both sides.
func (l *layers) larger(name string, x features) features {
	op := &nn.Resize{Coordinates: "asymmetric", CubicCoeffA: -0.75, Mode: "nearest", NearestMode: "floor", AspectPolicy: "stretch"}
	scales := l.shared("resize.scales", nn.T([]float32{1, 1, 2, 2}, 4))
	x.id, x.h, x.w = l.Node(name, op, x.id, nn.None, scales), 2*x.h, 2*x.w
	return x
}

// reshape gives a value a shape, in which 0 keeps a dimension and -1 is what
// is left.
func (l *layers) reshape(name string, x nn.ValueID, dims ...int64) nn.ValueID {
	return l.Node(name, &nn.Reshape{}, x, l.Const(name+".shape", nn.T(dims, len(dims))))
}

func (l *layers) transpose(name string, x nn.ValueID, perm ...int) nn.ValueID {
	return l.Node(name, &nn.Transpose{Perm: perm}, x)
}
