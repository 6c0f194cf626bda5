package loss

import "math"

// Triplet wants each embedding nearer to those of its person than to those of
// others, by a margin: max(0, d(a,p) - d(a,n) + Margin) of squared Euclidean
// distances (Schroff et al., "FaceNet", 2015). The embeddings should have
// length 1. A Triplet keeps memory between calls and is for one goroutine.
type Triplet[T Float] struct {
	Margin float64 // FaceNet's is 0.2

	distance []float64 // squared, of all pairs
	grad     []float64
}

// Mined is what Loss made of a batch.
type Mined struct {
	Positives int // pairs of one person, which each got a negative
	SemiHard  int // of those, whose negative is farther than the positive, by less than the margin
	Hard      int // of those, whose negative is nearer than the positive
	Active    int // triplets whose loss is not zero
}

// Loss takes embeddings [n components] and who each is of. Every ordered pair
// of one person gets as its negative the semi-hard one that is nearest to the
// anchor: farther than the positive, within the margin. Where there is none it
// gets the farthest other: the least hard one where all are nearer than the
// positive, else one beyond the margin, which costs nothing. Mining has no
// part in the gradient. Loss fills grad and returns the mean over the pairs; a
// batch without pairs or without others costs nothing.
func (t *Triplet[T]) Loss(embeddings []T, person []int, grad []T) (loss float64, m Mined) {
	n := len(person)
	fits("grad", len(grad), len(embeddings))
	if n == 0 || len(embeddings)%n != 0 {
		fits("embeddings", len(embeddings), 0)
		return 0, m
	}
	t.measure(embeddings, n)
	for a := range n {
		for p := range n {
			if p == a || person[p] != person[a] {
				continue
			}
			neg, kind := t.negative(a, p, person)
			if neg < 0 {
				continue
			}
			m.Positives++
			switch kind {
			case semiHard:
				m.SemiHard++
			case hard:
				m.Hard++
			}
			if l := t.distance[a*n+p] - t.distance[a*n+neg] + t.Margin; l > 0 {
				m.Active++
				loss += l
				t.pull(embeddings, len(embeddings)/n, a, p, neg)
			}
		}
	}
	scale := 1 / float64(max(m.Positives, 1))
	for i, g := range t.grad {
		grad[i] = T(g * scale)
	}
	return loss * scale, m
}

// measure computes all distances and clears the gradient.
func (t *Triplet[T]) measure(e []T, n int) {
	k := len(e) / n
	if len(t.distance) != n*n {
		t.distance = make([]float64, n*n)
	}
	if len(t.grad) != len(e) {
		t.grad = make([]float64, len(e))
	}
	clear(t.grad)
	for i := range n {
		for j := range i {
			sum := 0.0
			for c := range k {
				d := float64(e[i*k+c]) - float64(e[j*k+c])
				sum += d * d
			}
			t.distance[i*n+j], t.distance[j*n+i] = sum, sum
		}
	}
}

// The kinds of negatives.
const (
	easy = iota
	semiHard
	hard
)

// negative chooses the negative of anchor a and positive p; -1: there is none.
func (t *Triplet[T]) negative(a, p int, person []int) (neg, kind int) {
	n := len(person)
	near, far, nearest, farthest := -1, -1, math.Inf(1), math.Inf(-1)
	positive := t.distance[a*n+p]
	for o := range n {
		if person[o] == person[a] {
			continue
		}
		d := t.distance[a*n+o]
		if d > positive && d < positive+t.Margin && d < nearest {
			near, nearest = o, d
		}
		if d > farthest {
			far, farthest = o, d
		}
	}
	switch {
	case near >= 0:
		return near, semiHard
	case far >= 0 && farthest <= positive:
		return far, hard
	}
	return far, easy
}

// pull adds the gradient of d(a,p) - d(a,n).
func (t *Triplet[T]) pull(e []T, k, a, p, n int) {
	for c := range k {
		x, y, z := float64(e[a*k+c]), float64(e[p*k+c]), float64(e[n*k+c])
		t.grad[a*k+c] += 2 * (z - y)
		t.grad[p*k+c] += 2 * (y - x)
		t.grad[n*k+c] += 2 * (x - z)
	}
}
