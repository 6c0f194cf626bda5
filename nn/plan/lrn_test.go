package plan

import (
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func TestLocalResponseNormalisation(t *testing.T) {
	for _, size := range []int{1, 4, 5} {
		n := newNet("lrn")
		x := n.Input("x", nn.Float32, nn.D(1), nn.D(16), nn.D(9), nn.D(11))
		y := n.relu(n.conv(x, 27, 16, 1, nn.Conv{}))
		y = n.op(&nn.LRN{Alpha: 0.3, Beta: 0.75, Bias: 1, Size: size}, y)
		y = n.op(&nn.LRN{Alpha: 0.3, Beta: 0.5, Bias: 2, Size: size}, n.conv(y, 16, 27, 1, nn.Conv{}))
		y = n.op(&nn.GlobalAveragePool{}, n.conv(y, 16, 16, 1, nn.Conv{}))
		p := agree(t, n.build(t, y), Bindings{})
		if got := kernelsOf(p); !slices.Contains(opsOf(p), "LRN") {
			t.Errorf("steps %v", got)
		}
		nnRows := 0
		for _, s := range p.Steps() {
			if s.Op == "LRN" && s.Kernel == "nn" {
				nnRows++
			}
		}
		if nnRows != 1 {
			t.Errorf("size %d: %d of two normalisations are plain, want that of exponent ½ alone", size, nnRows)
		}
	}
}
