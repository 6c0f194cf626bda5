package plan

import (
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func TestProfiledRun(t *testing.T) {
	n := newNet("profiled")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(8), nn.D(6), nn.D(5))
	y := n.relu(n.conv(x, 16, 8, 1, nn.Conv{}))
	p, err := Compile(n.build(t, n.op(&nn.Flatten{Axis: 1}, y)), Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	pool := NewPool(2)
	defer pool.Close()
	r := p.NewRunner(pool)
	spans := make([]Span, len(p.Steps()))
	if n := testing.AllocsPerRun(3, func() { r.RunProfiled(spans) }); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
	for i, s := range spans {
		if s.Took <= 0 || i > 0 && s.Start < spans[i-1].Start+spans[i-1].Took {
			t.Errorf("step %d: %v after %v", i, s, spans[:i])
		}
	}
	for _, s := range p.Steps() {
		if s.Op == "Conv" && s.Bytes < 4*(8*30+16*30+8*16+16) {
			t.Errorf("the convolution moves %d bytes", s.Bytes)
		}
	}
}
