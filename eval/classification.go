package eval

import (
	"cmp"
	"fmt"
	"slices"
)

// Classification takes in what a classifier makes of pictures whose class is
// known, and counts.
type Classification struct {
	classes   []string
	confusion [][]int
	top5      int
	mistakes  []Confused
	bins      [calibrationBins]bin
}

// Confused is a picture of which another class was thought more probable than
// its own.
type Confused struct {
	Picture     int     `json:"picture"` // number in its set
	Class       int     `json:"class"`
	Taken       int     `json:"taken_for"`
	Probability float32 `json:"probability"` // of what it was taken for
	Own         float32 `json:"own"`         // of its own class
}

// NewClassification counts pictures of these classes.
func NewClassification(classes []string) *Classification {
	c := &Classification{classes: classes, confusion: make([][]int, len(classes))}
	for i := range c.confusion {
		c.confusion[i] = make([]int, len(classes))
	}
	return c
}

// Add takes in a picture, its class, and how probable each class was found, 0 to
// 1. Of classes equally probable the first counts. Sums of what is added in
// another order may round otherwise.
func (c *Classification) Add(picture, class int, probabilities []float32) error {
	if len(probabilities) != len(c.classes) || class < 0 || class >= len(c.classes) {
		return fmt.Errorf("picture %d is of class %d and has %d probabilities, for %d classes", picture, class, len(probabilities), len(c.classes))
	}
	best, above := 0, 0
	for i, p := range probabilities {
		if !(p >= 0 && p < 1.001) { // a softmax may round up
			return fmt.Errorf("picture %d has the probability %v of class %d: the network's outputs are not finite, or no probabilities", picture, p, i)
		}
		if p > probabilities[best] {
			best = i
		}
		if p > probabilities[class] || p == probabilities[class] && i < class {
			above++
		}
	}
	c.confusion[class][best]++
	c.bins[binOf(probabilities[best])].add(probabilities[best], best == class)
	if above < 5 {
		c.top5++
	}
	if best != class {
		c.mistakes = append(c.mistakes, Confused{picture, class, best, probabilities[best], probabilities[class]})
	}
	return nil
}

// ClassificationFigures are the figures of a classifier.
type ClassificationFigures struct {
	Pictures    int             `json:"pictures"`
	Right       int             `json:"right"`
	Accuracy    Ratio           `json:"accuracy"`
	Bounds      Bounds          `json:"bounds"`   // of the accuracy, see Wilson
	Top5        Ratio           `json:"top5"`     // own class among the five most probable
	MacroF1     Ratio           `json:"macro_f1"` // mean over the classes that occur
	Calibration Calibration     `json:"calibration"`
	Confusion   [][]int         `json:"confusion"`
	Classes     []LabelledClass `json:"classes"`
}

// LabelledClass are the figures of one class.
type LabelledClass struct {
	Name      string `json:"name"`
	Pictures  int    `json:"pictures"`
	Precision Ratio  `json:"precision"` // of those that were taken for it, how many are
	Recall    Ratio  `json:"recall"`    // of those that are, how many were taken for it
	F1        Ratio  `json:"f1"`
}

// Figures returns the figures over what was added so far. Confusion has a row
// for each class, and in it a column for each that it was taken for.
func (c *Classification) Figures() ClassificationFigures {
	f := ClassificationFigures{Confusion: c.confusion}
	var f1 mean
	for i, name := range c.classes {
		hits, own, taken := c.confusion[i][i], 0, 0
		for j := range c.classes {
			own += c.confusion[i][j]
			taken += c.confusion[j][i]
		}
		f.Pictures += own
		f.Right += hits
		l := LabelledClass{Name: name, Pictures: own, Precision: share(hits, taken), Recall: share(hits, own), F1: share(2*hits, own+taken)}
		if own > 0 {
			f1.add(float64(l.F1))
		}
		f.Classes = append(f.Classes, l)
	}
	f.Accuracy, f.Top5, f.MacroF1 = share(f.Right, f.Pictures), share(c.top5, f.Pictures), f1.ratio()
	f.Bounds, f.Calibration = Wilson(f.Right, f.Pictures), calibrationOf(c.bins[:])
	return f
}

// Worst returns up to n mistakes, those of which the model was surest first.
func (c *Classification) Worst(n int) []Confused {
	slices.SortStableFunc(c.mistakes, func(a, b Confused) int {
		return cmp.Or(cmp.Compare(b.Probability, a.Probability), cmp.Compare(a.Picture, b.Picture))
	})
	return c.mistakes[:min(n, len(c.mistakes))]
}

// Confusion is how often one class was taken for another.
type Confusion struct{ Class, Taken, Pictures int }

// MostConfused returns up to n pairs of classes, those most often confused
// first.
func (f *ClassificationFigures) MostConfused(n int) []Confusion {
	var all []Confusion
	for i, row := range f.Confusion {
		for j, k := range row {
			if i != j && k > 0 {
				all = append(all, Confusion{i, j, k})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Confusion) int { return cmp.Compare(b.Pictures, a.Pictures) })
	return all[:min(n, len(all))]
}
