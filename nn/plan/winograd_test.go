package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
)

func TestWinogradConvolutions(t *testing.T) {
	cases := []struct {
		name        string
		in, out     int
		batch, h, w int
		pads        []int
		residual    bool
	}{
		{"whole tiles", 32, 48, 1, 16, 20, []int{1, 1, 1, 1}, false},
		{"edges cut", 16, 32, 1, 15, 18, []int{1, 1, 1, 1}, false},
		{"residual", 32, 32, 1, 13, 17, []int{1, 1, 1, 1}, true},
		{"no padding", 16, 16, 1, 18, 22, []int{0, 0, 0, 0}, false},
		{"wide padding", 16, 64, 1, 15, 16, []int{2, 0, 3, 1}, false},
		{"batch", 32, 16, 3, 9, 10, []int{1, 1, 1, 1}, false},
		{"several blocks", 64, 160, 1, 50, 50, []int{1, 1, 1, 1}, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.h*c.w*c.in*c.out > 1<<22 {
				t.Skip("takes long under emulation")
			}
			n := newNet(c.name)
			x := n.Input("x", nn.Float32, nn.D(c.batch), nn.D(c.in), nn.D(c.h), nn.D(c.w))
			y := n.conv(x, c.out, c.in, 3, nn.Conv{Pads: c.pads})
			if c.residual {
				y = n.op(&nn.Add{}, y, n.conv(x, c.out, c.in, 1, nn.Conv{}))
			}
			p := agree(t, n.build(t, n.relu(y)), Bindings{})
			asm := kernels.WinogradF32Rows(kernels.Detect())[0].Needs != 0
			if names := kernelsOf(p); asm && !slices.ContainsFunc(names, func(s string) bool { return strings.Contains(s, "winograd") }) {
				t.Errorf("steps %v", names)
			}
		})
	}
}

// A layer whose transformed weights are read from memory for a few pixels must
// stay as it is.
func TestWinogradOnlyWhereItPays(t *testing.T) {
	for _, c := range []struct {
		channels, extent int
		want             bool
	}{{64, 56, true}, {128, 28, true}, {256, 14, true}, {512, 7, false}, {64, 4, false}, {24, 40, false}} {
		p, err := Compile(convNet(t, c.channels, c.extent), Bindings{}, WithFeatures(kernels.Detect()))
		if err != nil {
			t.Fatal(err)
		}
		got := slices.ContainsFunc(kernelsOf(p), func(s string) bool { return strings.Contains(s, "winograd") })
		if asm := kernels.WinogradF32Rows(kernels.Detect())[0].Needs != 0; asm && got != c.want {
			t.Errorf("%d channels of %d²: %v", c.channels, c.extent, kernelsOf(p))
		}
	}
}
