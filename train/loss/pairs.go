package loss

import "math"

// Pairs judges whether two embeddings are of the same person by a logistic
// regression on the absolute differences of their components (Taigman et al.,
// "DeepFace", 2014): the logit is Bias + Σ Weights[k]·|a[k]-b[k]|. Weights and
// Bias are trained with the embedder.
type Pairs[T Float] struct {
	Weights, WeightGrads []T // one a component
	Bias, BiasGrad       T
}

// Loss takes embeddings a and b [n components] and what is true of each pair.
// It fills gradA and gradB, adds to the gradients of weights and bias, and
// returns the mean binary cross-entropy and how many pairs are judged rightly.
func (p *Pairs[T]) Loss(a, b []T, same []bool, gradA, gradB []T) (loss float64, right int) {
	k, n := len(p.Weights), len(same)
	fits("weight gradients", len(p.WeightGrads), k)
	fits("a", len(a), n*k)
	fits("b", len(b), n*k)
	fits("gradient of a", len(gradA), n*k)
	fits("gradient of b", len(gradB), n*k)
	for i, is := range same {
		x, y := a[i*k:][:k], b[i*k:][:k]
		z := float64(p.Bias)
		for j, w := range p.Weights {
			z += float64(w) * math.Abs(float64(x[j])-float64(y[j]))
		}
		target := 0.0
		if is {
			target = 1
		}
		l, g := logistic(z, target)
		loss += l / float64(n)
		if z > 0 == is {
			right++
		}
		g /= float64(n)
		p.BiasGrad += T(g)
		for j, w := range p.Weights {
			d := float64(x[j]) - float64(y[j])
			p.WeightGrads[j] += T(g * math.Abs(d))
			gradA[i*k+j] = T(g * float64(w) * sign(d))
			gradB[i*k+j] = -gradA[i*k+j]
		}
	}
	return loss, right
}

// sign is the derivative of the magnitude, 0 where it has none.
func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}
