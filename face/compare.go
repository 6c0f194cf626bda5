package face

import (
	"fmt"
	"math"

	"github.com/ocellus-vision/ocellus/vision/meta"
)

// Comparer judges how alike two embeddings of one model are.
type Comparer struct{ how meta.Embedding }

// NewComparer returns the Comparer that a model's metadata asks for.
func NewComparer(how meta.Embedding) Comparer { return Comparer{how} }

// Threshold returns the distance below which two faces are of one person, as
// the model's metadata has it.
func (c Comparer) Threshold() float64 { return c.how.Threshold }

// Distance returns how far apart two embeddings are, by the model's metric:
// Euclidean 0 and more, cosine 0 to 2. It panics when their lengths differ.
func (c Comparer) Distance(a, b []float32) float64 {
	if len(a) != len(b) {
		panic(fmt.Sprintf("face: embeddings of %d and %d numbers", len(a), len(b)))
	}
	var dot, aa, bb, dd float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		dot += x * y
		aa += x * x
		bb += y * y
		dd += (x - y) * (x - y)
	}
	if c.how.Metric == meta.Cosine {
		if !(aa > 0 && bb > 0) {
			return 1 // an empty embedding is like none and unlike none
		}
		return 1 - dot/math.Sqrt(aa*bb)
	}
	return math.Sqrt(dd)
}

// Similarity is a distance turned around: 1 for no distance, 0 for a distance
// of 2 and more, and evenly in between. For the cosine metric that is the
// cosine brought to 0..1.
func (c Comparer) Similarity(distance float64) float64 { return max(0, 1-distance/2) }

// FAR returns how often a distance as small as this came of two people where
// that was measured: the rate at the nearest threshold measured that is no
// smaller, so that it never flatters. ok is false where there is no such
// measurement.
func (c Comparer) FAR(distance float64) (rate float64, ok bool) {
	for _, f := range c.how.FAR {
		if f.Threshold >= distance {
			return f.Rate, true
		}
	}
	return 0, false
}

// FAROf says what the rates of FAR were measured on, "" for nothing.
func (c Comparer) FAROf() string { return c.how.FAROf }
