package models

import "github.com/ocellus-vision/ocellus/nn"

// The shares that activations leave of the mean square of a normal variable of
// about variance 1.
const (
	reluPower  = 0.5
	leakyPower = 0.505 // slope 0.1
	preluPower = 0.53  // slope 0.25
	siluPower  = 0.365
)

func (x features) activated(id nn.ValueID, power float64) features {
	x.id, x.power = id, x.power*power
	return x
}

func relu(l *layers, name string, x features) features {
	return x.activated(l.Node(l.Unique(name+".relu"), &nn.Relu{}, x.id), reluPower)
}

// relu6 is a Relu that ends at 6, which few values reach.
func relu6(l *layers, name string, x features) features {
	low, high := l.shared("relu6.min", nn.Scalar(float32(0))), l.shared("relu6.max", nn.Scalar(float32(6)))
	return x.activated(l.Node(l.Unique(name+".relu6"), &nn.Clip{}, x.id, low, high), reluPower)
}

func leakyRelu(l *layers, name string, x features) features {
	return x.activated(l.Node(l.Unique(name+".leaky"), &nn.LeakyRelu{Alpha: 0.1}, x.id), leakyPower)
}

// silu is x·sigmoid(x), written as two nodes, as exporters write it.
func silu(l *layers, name string, x features) features {
	s := l.Node(l.Unique(name+".sigmoid"), &nn.Sigmoid{}, x.id)
	return x.activated(l.Node(l.Unique(name+".silu"), &nn.Mul{}, x.id, s), siluPower)
}

// prelu has a slope for each channel.
func prelu(l *layers, name string, x features) features {
	slope := nn.NewTensor(nn.Float32, nn.S(x.c, 1, 1))
	newDraw(l.seed, name+".prelu.weight").uniform(slope.F32(), 0.125, 0.375)
	for i := range slope.F32() {
		if l.fresh {
			slope.F32()[i] = 0.25
		}
	}
	return x.activated(l.Node(name+".prelu", &nn.PRelu{}, x.id, l.Param(name+".prelu.weight", slope)), preluPower)
}
