package head

import (
	"fmt"
	"math"
)

// ClassScores says how the values of a model's classes become scores.
type ClassScores string

// The ways. Plain values are scores already, 0 to 1.
const (
	Plain   ClassScores = "plain"
	Sigmoid ClassScores = "sigmoid" // each class by itself: an object may be of several
	Softmax ClassScores = "softmax" // the classes share one whole
)

// logitClip is where a logit is cut off, so that the exponential of a damaged
// output stays finite.
const logitClip = 100

func sigmoid(x float32) float32 {
	x = min(max(x, -logitClip), logitClip)
	return float32(1 / (1 + math.Exp(-float64(x))))
}

// logit is the inverse of sigmoid; infinite at the ends.
func logit(p float32) float32 {
	switch {
	case p <= 0:
		return float32(math.Inf(-1))
	case p >= 1:
		return float32(math.Inf(1))
	}
	return float32(math.Log(float64(p) / (1 - float64(p))))
}

func exp(x float32) float32 { return float32(math.Exp(float64(x))) }

// unit keeps a score that a damaged output holds within 0 to 1; NaN stays NaN.
func unit(p float32) float32 { return min(max(p, 0), 1) }

// classes is where the values of the classes of one place lie: n of them from
// data[at] on, step apart.
type classes struct {
	data        []float32
	at, step, n int
}

// best returns the class of the largest value, and the value; -1 when there
// is none above -Inf.
func (c classes) best() (class int, value float32) {
	class, value = -1, float32(math.Inf(-1))
	for i, at := 0, c.at; i < c.n; i, at = i+1, at+c.step {
		if v := c.data[at]; v > value {
			class, value = i, v
		}
	}
	return class, value
}

// share returns the softmax of value, which is among the classes'. Where
// another is NaN, so is the share.
func (c classes) share(value float32) float32 {
	var sum float64
	for i, at := 0, c.at; i < c.n; i, at = i+1, at+c.step {
		sum += math.Exp(float64(c.data[at]) - float64(value))
	}
	return float32(1 / sum)
}

// score turns the value that best found into a score.
func (c classes) score(how ClassScores, value float32) float32 {
	switch how {
	case Sigmoid:
		return sigmoid(value)
	case Softmax:
		return c.share(value)
	}
	return unit(value)
}

// finite reports whether every value is a finite number.
func finite(vs ...float32) bool {
	for _, v := range vs {
		if !(-math.MaxFloat32 <= v && v <= math.MaxFloat32) {
			return false
		}
	}
	return true
}

// checkClassScores refuses all but the ways given.
func (c *Config) checkClassScores(ways ...ClassScores) error {
	for _, w := range ways {
		if c.ClassScores == w {
			return nil
		}
	}
	return c.bad("class_scores", "%q is none of %s", c.ClassScores, fmt.Sprint(ways))
}
