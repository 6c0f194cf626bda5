package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// shuffleNetV2 is the backbone of Yolo-FastestV2 and FastestDet: the network
// of Ma et al., "ShuffleNet V2: practical guidelines for efficient CNN
// architecture design" (2018), with stages of 48, 96 and 192 channels, which
// it returns, at a stride of 8, 16 and 32 pixels.
func (l *layers) shuffleNetV2(x features) (c1, c2, c3 features) {
	x = l.block("backbone.first_conv.0", "backbone.first_conv.1", x, window{out: 24, kernel: 3, stride: 2, pad: 1}, relu)
	x = l.maxPool("backbone.maxpool", x, window{kernel: 3, stride: 2, pad: 1})
	var stages [3]features
	for s, n := range [3]int{4, 8, 4} {
		for i := range n {
			name := fmt.Sprintf("backbone.stage%d.%d", s+2, i)
			if i == 0 {
				x = l.shuffleDown(name, x, 48<<s)
			} else {
				x = l.shuffleUnit(name, x)
			}
		}
		stages[s] = x
	}
	return stages[0], stages[1], stages[2]
}

// shuffleDown halves the sides and makes out channels.
func (l *layers) shuffleDown(name string, x features, out int) features {
	y := l.block(name+".branch_proj.0", name+".branch_proj.1", x, window{kernel: 3, stride: 2, pad: 1, groups: depthwise}, nil)
	y = l.block(name+".branch_proj.2", name+".branch_proj.3", y, window{out: x.c, kernel: 1}, relu)
	return l.concat(name+".concat", y, l.shuffleMain(name, x, out-x.c, out/2, 2))
}

// shuffleUnit keeps the even channels and convolves the odd ones.
func (l *layers) shuffleUnit(name string, x features) features {
	even, odd := l.shuffle(name+".shuffle", x)
	return l.concat(name+".concat", even, l.shuffleMain(name, odd, x.c/2, x.c/2, 1))
}

func (l *layers) shuffleMain(name string, x features, out, mid, stride int) features {
	name += ".branch_main."
	x = l.block(name+"0", name+"1", x, window{out: mid, kernel: 1}, relu)
	x = l.block(name+"3", name+"4", x, window{kernel: 3, stride: stride, pad: 1, groups: depthwise}, nil)
	return l.block(name+"5", name+"6", x, window{out: out, kernel: 1}, relu)
}

// shuffle returns the even and the odd channels, found as exporters write it.
func (l *layers) shuffle(name string, x features) (even, odd features) {
	half, h, w := int64(x.c/2), int64(x.h), int64(x.w)
	id := l.reshape(name+".pairs", x.id, 0, half, 2, h, w)
	id = l.transpose(name+".swap", id, 2, 0, 1, 3, 4)
	x.c /= 2
	take := func(part string, i int64) features {
		at := l.shared("shuffle."+part, nn.Scalar(i))
		return features{l.Node(name+"."+part, &nn.Gather{}, id, at), x.c, x.h, x.w, x.power}
	}
	return take("even", 0), take("odd", 1)
}
