package plan_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

// TestTrainerRefusesOtherFloats: what would not be trained is refused, by name;
// casts that no gradient passes are not.
func TestTrainerRefusesOtherFloats(t *testing.T) {
	half := func(b *nn.Builder, name string, x nn.ValueID) nn.ValueID {
		return b.Node(name, nn.CastTo(nn.Float16), x)
	}
	full := func(b *nn.Builder, name string, x nn.ValueID) nn.ValueID {
		return b.Node(name, nn.CastTo(nn.Float32), x)
	}
	cases := []struct {
		name, node string
		build      func(b *nn.Builder, x nn.ValueID) nn.ValueID
	}{
		{"parameter of half floats", "w", func(b *nn.Builder, x nn.ValueID) nn.ValueID {
			return b.Node("mul", &nn.Mul{}, x, full(b, "widen", b.Param("w", nn.NewTensor(nn.Float16, nn.S(1, 4)))))
		}},
		{"behind a cast", "narrow", func(b *nn.Builder, x nn.ValueID) nn.ValueID {
			w := full(b, "widen", half(b, "narrow", b.Param("w", drawn(1, 1, 4))))
			return b.Node("mul", &nn.Mul{}, x, w)
		}},
		{"none that matters", "", func(b *nn.Builder, x nn.ValueID) nn.ValueID {
			x = full(b, "widen", half(b, "narrow", x))
			return b.Node("mul", &nn.Mul{}, x, b.Param("w", drawn(1, 1, 4)))
		}},
	}
	for _, c := range cases {
		b := nn.NewBuilder("net")
		b.Output(c.build(b, b.Input("x", nn.Float32, nn.Dim{Size: 2}, nn.Dim{Size: 4})))
		g, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		_, err = plan.NewTrainer(g, plan.Bindings{}, nil)
		if c.node == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		var e *nn.ErrUnsupported
		if !errors.As(err, &e) || e.Node != c.node || !strings.Contains(e.Error(), "float16") || e.Cure == "" {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
