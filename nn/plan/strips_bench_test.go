package plan_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/quant"
)

// stripNets are networks of depthwise and pointwise convolutions.
var stripNets = []string{"mobilenetv1", "mobilenetv2", "yolo-fastestv2"}

// stripNet returns a network in float32 or in 8-bit integers.
func stripNet(t testing.TB, name string, integers bool) *nn.Graph {
	defs := models.Definitions()
	d := defs[slices.IndexFunc(defs, func(d models.Definition) bool { return d.Name == name })]
	g, err := d.Make(models.Options{Size: d.Size, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !integers {
		return g
	}
	q, _, err := quant.Quantize(t.Context(), g, quant.Samples{N: 1, Fill: fillNoise}, quant.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func newStrips(t testing.TB, g *nn.Graph, bytes int) (*plan.Runner, *plan.Strips) {
	p, err := plan.Compile(g, plan.Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	r := p.NewRunner(nil)
	if err := fillNoise(0, []*nn.Tensor{r.Input(0)}); err != nil {
		t.Fatal(err)
	}
	return r, plan.NewStrips(r, bytes)
}

// Strips compute what the steps do, or their times would mean nothing.
func TestStrips(t *testing.T) {
	for _, integers := range []bool{false, true} {
		r, s := newStrips(t, stripNet(t, "yolo-fastestv2", integers), 8<<10)
		if err := r.Run(); err != nil {
			t.Fatal(err)
		}
		want := slices.Clone(r.Output(0).Bytes())
		clear(r.Output(0).Bytes())
		s.Run()
		if f, err := kernels.Available(); err != nil {
			t.Fatal(err)
		} else if s.Pairs == 0 && !f.Has(kernels.AVX2) {
			t.Skip("this CPU has no kernels for rows of depthwise convolutions, which strips are made of")
		}
		if s.Pairs == 0 {
			t.Error("no steps are run by strips")
		}
		if !bytes.Equal(want, r.Output(0).Bytes()) {
			t.Errorf("integers %v: strips give other outputs", integers)
		}
	}
}

// BenchmarkStrips measures what one step for a depthwise convolution and the
// pointwise one after it would gain: the time of networks whose pairs are run by
// strips, as a share of their time step by step. The least times of paired runs.
func BenchmarkStrips(b *testing.B) {
	for _, name := range stripNets {
		for _, integers := range []bool{false, true} {
			g := stripNet(b, name, integers)
			for _, size := range []int{8 << 10, 32 << 10, 128 << 10} {
				b.Run(fmt.Sprintf("%s/integers=%v/%dKiB", name, integers, size>>10), func(b *testing.B) {
					r, s := newStrips(b, g, size)
					whole, strips := time.Hour, time.Hour
					for b.Loop() {
						at := time.Now()
						if err := r.Run(); err != nil {
							b.Fatal(err)
						}
						whole = min(whole, time.Since(at))
						at = time.Now()
						s.Run()
						strips = min(strips, time.Since(at)-s.Aside)
					}
					b.ReportMetric(float64(strips)/float64(whole), "strips/steps")
					b.ReportMetric(float64(s.Pairs), "pairs")
				})
			}
		}
	}
}
