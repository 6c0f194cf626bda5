package loss

import "math"

// CrossEntropy is that of the softmax of logits [n classes] and the classes
// that are right, labels [n]. Of each target 1 - smoothing goes to that class
// and smoothing is spread evenly over all (Szegedy et al., "Rethinking the
// Inception architecture", 2016). A label below 0 leaves its example out. It
// fills grad and returns the mean over the examples that count, and how many
// of them the largest logit is right of.
func CrossEntropy[T Float](logits []T, classes int, labels []int32, smoothing float64, grad []T) (loss float64, right int) {
	fits("logits", len(logits), len(labels)*classes)
	fits("grad", len(grad), len(logits))
	n := 0
	for _, l := range labels {
		if l >= 0 {
			n++
		}
	}
	if n == 0 {
		clear(grad)
		return 0, 0
	}
	for i, label := range labels {
		z, g := logits[i*classes:][:classes], grad[i*classes:][:classes]
		if label < 0 {
			clear(g)
			continue
		}
		l, best := crossEntropyOf(z, int(label), smoothing, 1/float64(n), g)
		loss += l
		if best == int(label) {
			right++
		}
	}
	return loss / float64(n), right
}

// crossEntropyOf is CrossEntropy of one example, and where its largest logit is.
func crossEntropyOf[T Float](z []T, label int, smoothing, weight float64, grad []T) (loss float64, best int) {
	for c, v := range z {
		if v > z[best] {
			best = c
		}
	}
	top, sum, mean := float64(z[best]), 0.0, 0.0
	for _, v := range z {
		sum += math.Exp(float64(v) - top)
		mean += float64(v) / float64(len(z))
	}
	norm := top + math.Log(sum)
	loss = norm - (1-smoothing)*float64(z[label]) - smoothing*mean
	for c, v := range z {
		target := smoothing / float64(len(z))
		if c == label {
			target += 1 - smoothing
		}
		grad[c] = T((math.Exp(float64(v)-norm) - target) * weight)
	}
	return loss, best
}

// Logistic is the binary cross-entropy of the sigmoid of logits and targets
// from 0 to 1. weights, one an element or nil, say how much each counts: 0
// leaves it out. It fills grad and returns the mean over the sum of weights.
func Logistic[T Float](logits, targets, weights, grad []T) float64 {
	fits("targets", len(targets), len(logits))
	fits("grad", len(grad), len(logits))
	total := float64(len(logits))
	if weights != nil {
		fits("weights", len(weights), len(logits))
		total = 0
		for _, w := range weights {
			total += float64(w)
		}
	}
	if total == 0 {
		clear(grad)
		return 0
	}
	loss := 0.0
	for i, z := range logits {
		w := 1 / total
		if weights != nil {
			w *= float64(weights[i])
		}
		l, g := logistic(float64(z), float64(targets[i]))
		loss += w * l
		grad[i] = T(w * g)
	}
	return loss
}

// logistic returns -(t·log σ(z) + (1-t)·log(1-σ(z))) and its derivative,
// without overflow: log(1+eᶻ) is max(z,0) + log1p(e^-|z|).
func logistic(z, t float64) (loss, grad float64) {
	e := math.Exp(-math.Abs(z))
	sigmoid := 1 / (1 + e)
	if z < 0 {
		sigmoid = e / (1 + e)
	}
	return max(z, 0) - z*t + math.Log1p(e), sigmoid - t
}

// Objectness is the Logistic of whether there is an object at each place of a
// detector's grid: quality is how good the box there is, 0 to 1 (its IoU with
// the object; 0 where there is none), and ignored places, such as those near
// an object that another answers for, do not count. Places without an object
// are many, and count balance each (darknet and YOLOv5 have their like). It
// fills grad and returns the sum over the sum of weights.
func Objectness[T Float](logits, quality []T, ignored []bool, balance float64, grad []T) float64 {
	fits("quality", len(quality), len(logits))
	fits("ignored", len(ignored), len(logits))
	fits("grad", len(grad), len(logits))
	weight := func(i int) float64 {
		switch {
		case ignored[i]:
			return 0
		case quality[i] > 0:
			return 1
		}
		return balance
	}
	total := 0.0
	for i := range logits {
		total += weight(i)
	}
	if total == 0 {
		clear(grad)
		return 0
	}
	loss := 0.0
	for i, z := range logits {
		l, g := logistic(float64(z), float64(quality[i]))
		w := weight(i) / total
		loss += w * l
		grad[i] = T(w * g)
	}
	return loss
}
