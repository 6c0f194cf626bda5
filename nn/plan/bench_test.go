package plan

import (
	"fmt"
	"testing"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// resNetLayers are the 3×3 convolutions of ResNet-18: channels and extent.
var resNetLayers = [][2]int{{64, 56}, {128, 28}, {256, 14}, {512, 7}}

// convNet is one 3×3 convolution with its activation, on values that are
// stored as NHWC from the start.
func convNet(b testing.TB, channels, extent int) *nn.Graph {
	n := newNet(fmt.Sprintf("conv %d", channels))
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(extent), nn.D(extent), nn.D(channels))
	y := n.op(&nn.Transpose{Perm: []int{0, 3, 1, 2}}, x)
	y = n.relu(n.conv(y, channels, channels, 3, nn.Conv{Pads: []int{1, 1, 1, 1}}))
	return n.build(b, n.op(&nn.Transpose{Perm: []int{0, 2, 3, 1}}, y))
}

// BenchmarkResNetLayers reports the speed of whole layers on one thread, and
// its share of what this core reached just before and after. The speed counts
// the multiplications of the direct form: above 100 % where tiles need fewer.
func BenchmarkResNetLayers(b *testing.B) {
	for _, gemm := range kernels.GemmF32Rows(kernels.Detect()) {
		if gemm.Needs == 0 {
			continue // generic Go
		}
		peak := kernels.PeakF32Rows(gemm.Needs)[0]
		for _, l := range resNetLayers {
			b.Run(fmt.Sprintf("%s/%dx%d", gemm.Name, l[0], l[1]), func(b *testing.B) {
				p, err := Compile(convNet(b, l[0], l[1]), Bindings{}, WithFeatures(gemm.Needs))
				if err != nil {
					b.Fatal(err)
				}
				r := p.NewRunner(nil)
				best := peak.Measure()
				for b.Loop() {
					if err := r.Run(); err != nil {
						b.Fatal(err)
					}
				}
				best = max(best, peak.Measure())
				speed := 2 * float64(p.Stats().MACs) * float64(b.N) / b.Elapsed().Seconds()
				b.ReportMetric(speed/1e9, "GFLOP/s")
				b.ReportMetric(100*speed/best, "%peak")
			})
		}
	}
}
