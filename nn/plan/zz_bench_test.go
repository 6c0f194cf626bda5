package plan

import (
	"fmt"
	"testing"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

func BenchmarkConv3x3(b *testing.B) {
	for _, c := range [][2]int{{64, 56}, {128, 28}, {256, 14}, {512, 7}} {
		for _, f := range []kernels.Features{kernels.AVX2} {
			b.Run(fmt.Sprintf("%dx%d/%v", c[0], c[1], f), func(b *testing.B) {
				n := newNet("x")
				x := n.Input("x", nn.Float32, nn.D(1), nn.D(c[1]), nn.D(c[1]), nn.D(c[0]))
				y := n.op(&nn.Transpose{Perm: []int{0, 3, 1, 2}}, x)
				y = n.relu(n.conv(y, c[0], c[0], 3, nn.Conv{Pads: []int{1, 1, 1, 1}}))
				y = n.op(&nn.Transpose{Perm: []int{0, 2, 3, 1}}, y)
				n.Output(y)
				g, err := n.Build()
				if err != nil {
					b.Fatal(err)
				}
				p, err := Compile(g, Bindings{}, WithFeatures(f))
				if err != nil {
					b.Fatal(err)
				}
				r := p.NewRunner(nil)
				for b.Loop() {
					r.Run()
				}
				b.ReportMetric(float64(p.Stats().MACs)*2*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
