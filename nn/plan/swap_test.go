package plan

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func TestSwap(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for _, size := range []int{1, 4} {
		for range 300 {
			a, b := 1+r.IntN(40), 1+r.IntN(40)
			from, to := make([]byte, a*b*size), make([]byte, a*b*size)
			for i := range from {
				from[i] = byte(r.Uint32())
			}
			cut := r.IntN(a + 1)
			move := swapBytes
			if size == 4 {
				move = swapWords
			}
			move(to, from, a, b, 0, cut)
			move(to, from, a, b, cut, a)
			for i := range a * b {
				if got, want := to[(i%b*a+i/b)*size:][:size], from[i*size:][:size]; !bytes.Equal(got, want) {
					t.Fatalf("%d×%d of %d bytes, cut at %d: element %d is %v, want %v", a, b, size, cut, i, got, want)
				}
			}
		}
	}
}

// Transposes of every order are computed, those that exchange two groups of
// dimensions by squares.
func TestSwapsAmongTransposes(t *testing.T) {
	for _, c := range []struct {
		perm  []int
		swaps bool
	}{
		{[]int{0, 2, 3, 1}, true}, {[]int{0, 3, 1, 2}, true}, {[]int{3, 0, 1, 2}, true}, {[]int{2, 3, 0, 1}, true}, {[]int{0, 1, 3, 2}, true},
		{[]int{1, 0, 2, 3}, false}, {[]int{3, 2, 1, 0}, false}, {[]int{0, 3, 2, 1}, false}, {[]int{2, 1, 0, 3}, false},
	} {
		n := newNet("transposes")
		x := n.Input("x", nn.Float32, nn.D(3), nn.D(5), nn.D(7), nn.D(300))
		p := agree(t, n.build(t, n.op(&nn.Transpose{Perm: c.perm}, x)), Bindings{})
		if got := p.Steps()[0].Kernel == "swap"; got != c.swaps {
			t.Errorf("%v: steps %v", c.perm, kernelsOf(p))
		}
	}
}
