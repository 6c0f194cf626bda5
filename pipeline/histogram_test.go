package pipeline

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestHistogramQuantiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var h Histogram
	var all []time.Duration
	for range 5000 {
		d := time.Duration(20e3 * (1 + 1e5*rng.Float64()*rng.Float64()*rng.Float64()))
		all = append(all, d)
		h.Add(d)
	}
	slices.Sort(all)
	for _, q := range []float64{0, 0.1, 0.5, 0.9, 0.99, 1} {
		want, got := all[int(q*float64(len(all)-1))], h.Quantile(q)
		if got < want || float64(got) > 1.07*float64(want) {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	if n := h.AtMost(all[2500]); n > 2501 || n < 2200 {
		t.Errorf("%d are at most the median", n)
	}
	if h.AtMost(h.Longest) != 5000 || h.AtMost(0) != 0 {
		t.Error("ends of AtMost")
	}
}

func TestHistogramSince(t *testing.T) {
	var h Histogram
	h.Add(time.Second)
	before := h
	h.Add(10 * time.Millisecond)
	h.Add(12 * time.Millisecond)
	d := h.Since(&before)
	if d.Count != 2 || d.Sum != 22*time.Millisecond || d.Quantile(1) < 12*time.Millisecond || d.Quantile(1) > 13*time.Millisecond {
		t.Errorf("%d, %v, %v", d.Count, d.Sum, d.Quantile(1))
	}
	d.Merge(&before)
	if d.Count != 3 || d.Longest != time.Second || d.Mean() != h.Mean() {
		t.Error("merged")
	}
}

func TestHistogramOfExtremes(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 || h.Mean() != 0 {
		t.Error("of an empty histogram")
	}
	for _, d := range []time.Duration{-5, 0, 1, 1 << 13, 1<<63 - 1} {
		h.Add(d)
	}
	if h.Quantile(1) < time.Minute || h.Count != 5 {
		t.Errorf("%v", h.Quantile(1))
	}
	for i := range histogramClasses {
		if e := classEnd(i); classOf(e) != i || classOf(e+1) != min(i+1, histogramClasses-1) {
			t.Fatalf("class %d ends at %v", i, e)
		}
	}
}
