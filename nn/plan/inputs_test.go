package plan

import (
	"bytes"
	"testing"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

// Inputs in the form that kernels read give the same bits as the graph's own,
// with no conversion left.
func TestInputsAsRead(t *testing.T) {
	conv := func(n *net, x nn.ValueID, in int) nn.ValueID {
		return n.op(&nn.Conv{AutoPad: "NOTSET", Group: 1, Pads: []int{1, 1, 1, 1}, Strides: []int{2, 2}}, x, n.weight(8, in, 3, 3), n.weight(8))
	}
	float := func(n *net, dims ...nn.Dim) nn.ValueID { return n.Input("x", nn.Float32, dims...) }
	for _, c := range []struct {
		name        string
		define      func(n *net) nn.ValueID
		nhwc, bytes bool
		zero        uint8
	}{
		{"float picture", func(n *net) nn.ValueID { return conv(n, float(n, nn.D(1), nn.D(3), nn.D(12), nn.D(11)), 3) }, true, false, 0},
		{"two pictures", func(n *net) nn.ValueID { return conv(n, float(n, nn.D(2), nn.D(16), nn.D(6), nn.D(7)), 16) }, true, false, 0},
		{"bytes", func(n *net) nn.ValueID {
			return n.qdq(n.qconv(n.qdq(float(n, nn.D(1), nn.D(3), nn.D(12), nn.D(11)), 1.0/100, 114), 8, 3, 3, same3()), 0.02, 128)
		}, true, true, 114},
		{"signed bytes of one channel", func(n *net) nn.ValueID {
			return n.qdq(n.qconv(n.signedQDQ(float(n, nn.D(1), nn.D(1), nn.D(12), nn.D(11)), 1.0/100, -3), 8, 1, 3, same3()), 0.02, 128)
		}, true, true, 125},
		{"NHWC already", func(n *net) nn.ValueID {
			x := n.qdq(float(n, nn.D(1), nn.D(12), nn.D(11), nn.D(3)), 1.0/100, 100)
			return n.qdq(n.qconv(n.op(&nn.Transpose{Perm: []int{0, 3, 1, 2}}, x), 8, 3, 3, same3()), 0.02, 128)
		}, false, true, 100},
		{"a vector", func(n *net) nn.ValueID {
			x := n.qdq(float(n, nn.D(1), nn.D(20)), 1.0/100, 7)
			return n.qdq(n.op(&nn.Gemm{Alpha: 1, Beta: 1, TransB: true}, x, n.qweight(0, 10, 20), n.weight(10)), 0.01, 128)
		}, false, true, 7},
		{"read twice", func(n *net) nn.ValueID {
			x := float(n, nn.D(1), nn.D(8), nn.D(12), nn.D(11))
			q := n.qdq(n.qconv(n.qdq(x, 1.0/100, 128), 8, 8, 1, nn.Conv{}), 0.02, 128)
			return n.op(&nn.Add{}, q, x)
		}, false, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newNet(c.name)
			g := n.build(t, c.define(n))
			for _, f := range []kernels.Features{0, kernels.Detect()} {
				plain, err := Compile(g, Bindings{}, WithFeatures(f))
				if err != nil {
					t.Fatal(err)
				}
				as, err := Compile(g, Bindings{}, WithFeatures(f), WithInputsAsRead())
				if err != nil {
					t.Fatal(err)
				}
				port := as.Inputs()[0]
				if port.Name != "x" || port.NHWC != c.nhwc || (port.Quant != nil) != c.bytes || c.bytes && port.Quant.Zero != c.zero {
					t.Fatalf("the port is %+v %+v", port, port.Quant)
				}
				if want := plain.Inputs()[0].Shape; c.nhwc && port.Shape != permute(want, nhwc) || !c.nhwc && port.Shape != want {
					t.Errorf("the port's shape is %v", port.Shape)
				}
				in := randomInputs(plain)
				a, b := plain.NewRunner(nil), as.NewRunner(nil)
				a.SetInput(0, in["x"])
				b.SetInput(0, in["x"])
				for range 2 { // inputs outlive a Run
					if a.Run() != nil || b.Run() != nil {
						t.Fatal("Run failed")
					}
				}
				if !bytes.Equal(a.Output(0).Bytes(), b.Output(0).Bytes()) {
					t.Error("the two differ")
				}
				if first := as.Steps()[0].Op; c.bytes && first == "QuantizeLinear" || c.nhwc && first == "Transpose" {
					t.Errorf("the plan begins with %s", first)
				}
			}
		})
	}
}
