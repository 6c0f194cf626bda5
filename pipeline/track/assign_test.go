package track

import (
	"math"
	"math/rand/v2"
	"testing"
)

// least returns the smallest sum of costs over all ways to pair as many as
// can be, by trying all.
func least(cost [][]float64, row int, taken []bool, spare int) float64 {
	if row == len(cost) {
		return 0
	}
	best := math.Inf(1)
	if spare > 0 {
		best = least(cost, row+1, taken, spare-1)
	}
	for c, v := range cost[row] {
		if taken[c] {
			continue
		}
		taken[c] = true
		best = min(best, v+least(cost, row+1, taken, spare))
		taken[c] = false
	}
	return best
}

// TestAssignment holds the Hungarian algorithm against trying everything, on
// costs with many ties and without, positive and negative.
func TestAssignment(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var a assigner // one for all: what is left of the last must not matter
	for trial := range 3000 {
		rows, cols := 1+rng.IntN(6), 1+rng.IntN(6)
		a.reset(rows, cols)
		cost := make([][]float64, rows)
		for r := range cost {
			cost[r] = make([]float64, cols)
			for c := range cost[r] {
				v := rng.Float64()*2 - 1
				if trial%3 == 0 {
					v = float64(rng.IntN(3) - 1)
				}
				cost[r][c] = v
				a.set(r, c, v)
			}
		}
		sum, n, taken := 0.0, 0, make([]bool, cols)
		for r, c := range a.solve() {
			if c < 0 {
				continue
			}
			if taken[c] {
				t.Fatalf("%v: column %d is taken twice", cost, c)
			}
			taken[c] = true
			sum += cost[r][c]
			n++
		}
		if n != min(rows, cols) {
			t.Fatalf("%d x %d: %d pairs", rows, cols, n)
		}
		if want := least(cost, 0, make([]bool, cols), max(0, rows-cols)); math.Abs(sum-want) > 1e-9 {
			t.Fatalf("%v: the sum is %v, can be %v", cost, sum, want)
		}
	}
}

func BenchmarkAssignment(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	for name, dense := range map[string]bool{"sparse": false, "dense": true} {
		b.Run(name, func(b *testing.B) {
			costs := make([]float64, 100*100)
			for i := range costs {
				if r := rng.Float64(); dense || r < 0.02 {
					costs[i] = -r
				}
			}
			var a assigner
			for b.Loop() {
				a.reset(100, 100)
				copy(a.cost, costs)
				a.solve()
			}
		})
	}
}
