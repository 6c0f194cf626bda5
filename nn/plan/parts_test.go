package plan

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// split2 splits channels in two.
func (n *net) split2(x nn.ValueID, left, right int64) []nn.ValueID {
	sizes := n.Const(n.name("sizes"), nn.T([]int64{left, right}, 2))
	return n.NodeN(n.name("Split"), &nn.Split{Axis: 1}, []nn.ValueID{x, sizes}, []string{n.name("left"), n.name("right")})
}

// What convolutions write is concatenated where it lies, and what they read is
// split so.
func TestPartsTakeNoStep(t *testing.T) {
	n := newNet("parts")
	x := n.Input("x", nn.Float32, nn.D(2), nn.D(16), nn.D(9), nn.D(7))
	s := n.relu(n.conv(x, 16, 16, 1, nn.Conv{}))
	left, right := n.relu(n.conv(s, 24, 16, 1, nn.Conv{})), n.relu(n.conv(s, 16, 16, 3, nn.Conv{Pads: []int{1, 1, 1, 1}}))
	joined := n.op(&nn.Concat{Axis: 1}, left, right)
	pooled := n.op(&nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{3, 3}, Pads: []int{1, 1, 1, 1}, Strides: []int{1, 1}}, joined)
	halves := n.split2(pooled, 16, 24)
	a := n.conv(halves[0], 8, 16, 3, nn.Conv{Pads: []int{1, 1, 1, 1}})
	b := n.conv(halves[1], 24, 24, 3, nn.Conv{Pads: []int{1, 1, 1, 1}, Group: 24})
	p := agree(t, n.build(t, n.conv(n.op(&nn.Concat{Axis: 1}, a, b, halves[0]), 5, 48, 1, nn.Conv{})), Bindings{})
	ops := opsOf(p)
	if got := count(ops, "Split"); got != 0 {
		t.Errorf("%d splits in %v", got, ops)
	}
	if got := count(ops, "Concat"); got != 1 { // for one of its operands lies elsewhere already
		t.Errorf("%d concatenations in %v, want 1", got, ops)
	}
}

func count(of []string, what string) (n int) {
	for _, s := range of {
		if s == what {
			n++
		}
	}
	return n
}

// picture is a value of a random graph, and its channels.
type picture struct {
	id nn.ValueID
	c  int
}

// tangle makes a random graph of pictures of one size: convolutions of all
// kinds, poolings, residuals, concatenations and splits of whatever there is.
// after is applied to what each operation gives.
func (n *net) tangle(r *rand.Rand, operations int, after func(nn.ValueID) nn.ValueID, weight func(dims ...int) nn.ValueID) []nn.ValueID {
	same := []int{1, 1, 1, 1}
	x := n.Input("x", nn.Float32, nn.D(1+r.IntN(2)), nn.D(16), nn.D(6), nn.D(5))
	all := []picture{{after(x), 16}}
	some := func() picture { return all[max(0, len(all)-1-r.IntN(5))] }
	add := func(id nn.ValueID, c int) { all = append(all, picture{after(id), c}) }
	for range operations {
		p := some()
		switch r.IntN(8) {
		case 0, 1:
			out := 8 * (1 + r.IntN(5))
			add(n.op(&nn.Conv{AutoPad: "NOTSET", Group: 1}, p.id, weight(out, p.c, 1, 1)), out)
		case 2:
			out := 16 * (1 + r.IntN(2))
			add(n.relu(n.op(&nn.Conv{AutoPad: "NOTSET", Group: 1, Pads: same}, p.id, weight(out, p.c, 3, 3))), out)
		case 3:
			add(n.op(&nn.Conv{AutoPad: "NOTSET", Group: p.c, Pads: same}, p.id, weight(p.c, 1, 3, 3)), p.c)
		case 4:
			add(n.op(&nn.MaxPool{AutoPad: "NOTSET", KernelShape: []int{3, 3}, Pads: same, Strides: []int{1, 1}}, p.id), p.c)
		case 5:
			y := n.op(&nn.Conv{AutoPad: "NOTSET", Group: 1}, p.id, weight(p.c, p.c, 1, 1))
			add(n.op(&nn.Add{}, after(y), p.id), p.c)
		case 6:
			q := some()
			parts := []picture{p, q}
			if r.IntN(2) == 0 {
				parts = append(parts, some())
			}
			c := 0
			var ids []nn.ValueID
			for _, part := range parts {
				c += part.c
				ids = append(ids, part.id)
			}
			add(n.op(&nn.Concat{Axis: 1}, ids...), c)
		case 7:
			left := 1 + r.IntN(p.c-1)
			halves := n.split2(p.id, int64(left), int64(p.c-left))
			add(halves[0], left)
			add(halves[1], p.c-left)
		}
	}
	var ids []nn.ValueID
	for _, p := range all[1:] {
		ids = append(ids, p.id)
	}
	return ids
}

func TestPartsOfTangles(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			n := newNet("tangle")
			ids := n.tangle(rand.New(rand.NewPCG(seed, 1)), 14, func(id nn.ValueID) nn.ValueID { return id }, func(dims ...int) nn.ValueID {
				w := n.tensor(dims...)
				for i := range w.F32() {
					w.F32()[i] /= float32(dims[1] * dims[2])
				}
				return n.Param(n.name("w"), w)
			})
			agree(t, n.build(t, slices.Compact(ids[len(ids)-2:])...), Bindings{})
		})
	}
}

// On bytes, parts must not change a bit: a graph whose every value is an output
// has none.
func TestPartsOfTanglesOfBytes(t *testing.T) {
	for seed := range uint64(40) {
		run := func(outputs int) ([]byte, *Plan) {
			n := newNet("tangle")
			ids := n.tangle(rand.New(rand.NewPCG(seed, 2)), 14, func(id nn.ValueID) nn.ValueID { return n.qdq(id, 0.02, 128) }, func(dims ...int) nn.ValueID {
				return n.qweight(0, dims...)
			})
			slices.Reverse(ids)
			p := compiled(t, n.build(t, ids[:min(outputs, len(ids))]...))
			r := p.NewRunner(nil)
			fill(r, randomInputs(p))
			for range 2 {
				if err := r.Run(); err != nil {
					t.Fatal(err)
				}
			}
			return r.Output(0).Bytes(), p
		}
		got, p := run(1)
		if want, _ := run(1 << 10); !bytes.Equal(got, want) {
			t.Errorf("seed %d: %v give other bytes when nothing is a part", seed, kernelsOf(p))
		}
	}
}
