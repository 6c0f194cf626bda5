package plan

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// Any stretch of what bytes repeat into is what indexing says, whichever
// dimensions they repeat along.
func TestRepetition(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for range 400 {
		to := nn.Shape{Rank: 1 + r.IntN(5)}
		for d := range to.Rank {
			to.Dims[d] = 1 + r.IntN(5)
		}
		from := to
		for d := range to.Rank {
			if r.IntN(2) == 0 {
				from.Dims[d] = 1
			}
		}
		src := make([]byte, from.Elems())
		for i := range src {
			src[i] = byte(r.Uint32())
		}
		want := make([]byte, to.Elems())
		for i := range want {
			at, rest, size := 0, i, 1
			for d := to.Rank - 1; d >= 0; d-- {
				if from.Dims[d] > 1 {
					at += rest % to.Dims[d] * size
					size *= from.Dims[d]
				}
				rest /= to.Dims[d]
			}
			want[i] = src[at]
		}
		s := newRepetition(from, to)
		if s == nil {
			if from != to {
				t.Fatalf("%v does not repeat in %v", from, to)
			}
			continue
		}
		for range 10 {
			first := r.IntN(len(want))
			end := first + 1 + r.IntN(len(want)-first)
			got := make([]byte, end-first)
			if s.fill(got, src, first); !bytes.Equal(got, want[first:end]) {
				t.Fatalf("%v in %v from %d to %d: %v, want %v", from, to, first, end, got, want[first:end])
			}
		}
	}
}
