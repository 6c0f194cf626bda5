package pipeline

import (
	"math/bits"
	"time"
)

// Histogram counts durations in 16 classes to the octave, so that a quantile
// is right to 7 %, from 8 µs to two minutes; what is outside is in the first
// or last class. The zero Histogram is empty. It is a value: assigning copies.
type Histogram struct {
	Count   uint64
	Sum     time.Duration
	Longest time.Duration
	classes [histogramClasses]uint32
}

const (
	classesPerOctave = 16
	firstOctave      = 13 // 2^13 ns
	octaves          = 24
	histogramClasses = octaves * classesPerOctave
)

// Add counts a duration; one below 0 counts as 0.
func (h *Histogram) Add(d time.Duration) {
	d = max(d, 0)
	h.Count++
	h.Sum += d
	h.Longest = max(h.Longest, d)
	h.classes[classOf(d)]++
}

// Merge adds what another has counted.
func (h *Histogram) Merge(o *Histogram) {
	h.Count += o.Count
	h.Sum += o.Sum
	h.Longest = max(h.Longest, o.Longest)
	for i, n := range o.classes {
		h.classes[i] += n
	}
}

// Since returns what has been counted since an earlier state of h. Longest is
// the upper end of the highest class among it.
func (h *Histogram) Since(earlier *Histogram) Histogram {
	d := Histogram{Count: h.Count - earlier.Count, Sum: h.Sum - earlier.Sum}
	for i, n := range h.classes {
		if d.classes[i] = n - earlier.classes[i]; d.classes[i] > 0 {
			d.Longest = min(classEnd(i), h.Longest)
		}
	}
	return d
}

// Mean returns the mean, 0 of an empty Histogram.
func (h *Histogram) Mean() time.Duration {
	if h.Count == 0 {
		return 0
	}
	return h.Sum / time.Duration(h.Count)
}

// Quantile returns what a share q, 0 to 1, of the durations do not exceed: the
// upper end of its class. It is 0 of an empty Histogram.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.Count == 0 {
		return 0
	}
	rank := min(uint64(q*float64(h.Count-1)), h.Count-1) + 1
	seen := uint64(0)
	for i, n := range h.classes {
		if seen += uint64(n); seen >= rank {
			return min(classEnd(i), h.Longest)
		}
	}
	return h.Longest
}

// AtMost returns how many durations are at most d, to the resolution of the
// classes, as the buckets of Prometheus count.
func (h *Histogram) AtMost(d time.Duration) uint64 {
	n := uint64(0)
	for i := 0; i < histogramClasses && classEnd(i) <= d; i++ {
		n += uint64(h.classes[i])
	}
	if d >= h.Longest {
		return h.Count
	}
	return n
}

func classOf(d time.Duration) int {
	octave := bits.Len64(uint64(d)) - 1
	if octave < firstOctave {
		return 0
	}
	within := int(uint64(d)>>(octave-4)) & (classesPerOctave - 1)
	return min((octave-firstOctave)*classesPerOctave+within, histogramClasses-1)
}

// classEnd returns the longest duration of a class.
func classEnd(i int) time.Duration {
	octave := firstOctave + i/classesPerOctave
	return time.Duration(classesPerOctave+i%classesPerOctave+1)<<(octave-4) - 1
}
