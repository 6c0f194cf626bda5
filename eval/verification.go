package eval

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Verification judges a comparison of faces: pairs come in with how similar
// they were found and whether they are the same person.
//
// A pair of which a picture shows no face that was found (Miss) counts as
// wrong in the LFW protocol, at any threshold. Among the error rates it counts
// as never accepted, as ISO/IEC 19795-1 has it of failures to acquire.
type Verification struct {
	pairs []comparison
}

type comparison struct {
	similarity float64 // -Inf: a face was missed
	same       bool
	fold       int
}

func (c *comparison) missed() bool { return math.IsInf(c.similarity, -1) }

// maxFold bounds the numbers of folds.
const maxFold = 1 << 16

// Add takes a pair: its fold (from 0), whether it is the same person, and its
// similarity, which is higher the more alike the faces are (for a distance
// give the negative). The error is an *ErrInput.
func (v *Verification) Add(fold int, same bool, similarity float64) error {
	switch {
	case fold < 0 || fold >= maxFold:
		return &ErrInput{len(v.pairs), fmt.Sprintf("fold %d", fold)}
	case math.IsNaN(similarity) || math.IsInf(similarity, 0):
		return &ErrInput{len(v.pairs), fmt.Sprintf("a similarity of %v", similarity)}
	}
	v.pairs = append(v.pairs, comparison{similarity, same, fold})
	return nil
}

// Miss takes a pair in which a face was not found.
func (v *Verification) Miss(fold int, same bool) error {
	if fold < 0 || fold >= maxFold {
		return &ErrInput{len(v.pairs), fmt.Sprintf("fold %d", fold)}
	}
	v.pairs = append(v.pairs, comparison{math.Inf(-1), same, fold})
	return nil
}

// ROCPoint is what a threshold leads to: pairs of that similarity and more
// are accepted as the same person.
type ROCPoint struct {
	Threshold float64
	FAR       float64 // accepted among pairs of two people
	TAR       float64 // accepted among pairs of one person
}

// VerificationFigures are the figures of a comparison of faces.
type VerificationFigures struct {
	Pairs    int `json:"pairs"`
	Same     int `json:"same"` // of one person
	Missed   int `json:"missed"`
	MissSame int `json:"missed_same"`

	// EER is the error rate at the threshold at which as large a part of the
	// pairs of two people is accepted as of those of one person is refused.
	EER          Ratio   `json:"eer"`
	EERThreshold float64 `json:"eer_threshold"`
	// AUC is the chance that a pair of one person is found more similar than
	// one of two, ties counting half.
	AUC   Ratio   `json:"auc"`
	TARAt []TARAt `json:"tar_at"`
	LFW   *LFW    `json:"lfw,omitempty"` // nil with fewer than two folds
	// ROC begins with a threshold that accepts nothing and ends with the
	// lowest similarity; it has a point for each distinct one.
	ROC []ROCPoint `json:"-"`
}

// TARAt is the true accept rate at the lowest threshold that keeps the false
// accept rate within a limit. The bounds are those of ClopperPearson.
type TARAt struct {
	FAR          float64 `json:"far"` // the limit
	Threshold    float64 `json:"threshold"`
	TAR          Ratio   `json:"tar"`
	TARBounds    Bounds  `json:"tar_bounds"`
	FalseAccepts int     `json:"false_accepts"` // at the threshold
	Impostors    int     `json:"impostors"`     // pairs of two people
	FARBounds    Bounds  `json:"far_bounds"`    // of the false accept rate reached
	// RuleOfThree is, where there was no false accept, what the rate is below
	// with a confidence of 95 %; else null.
	RuleOfThree Ratio `json:"rule_of_three"`
	// Resolved says whether there are pairs enough of two people to see a rate
	// as low as the limit: at least 3 over it.
	Resolved bool `json:"resolved"`
}

// fars are the limits of TARAt.
var fars = [...]float64{1e-1, 1e-2, 1e-3}

// Figures returns the figures over what was added so far.
func (v *Verification) Figures() VerificationFigures {
	f := VerificationFigures{Pairs: len(v.pairs)}
	for i := range v.pairs {
		p := &v.pairs[i]
		if p.same {
			f.Same++
		}
		if p.missed() {
			f.Missed++
			if p.same {
				f.MissSame++
			}
		}
	}
	steps := v.steps()
	impostors := f.Pairs - f.Same
	f.EER, f.AUC = Unknown(), Unknown()
	if f.Same > 0 && impostors > 0 {
		for _, s := range steps {
			f.ROC = append(f.ROC, ROCPoint{s.threshold, float64(s.falseAccepts) / float64(impostors), float64(s.trueAccepts) / float64(f.Same)})
		}
		f.EER, f.EERThreshold = eer(f.ROC)
		f.AUC = auc(steps, f.Same, impostors)
		for _, far := range fars {
			f.TARAt = append(f.TARAt, tarAt(steps, far, f.Same, impostors))
		}
	}
	f.LFW = v.lfw()
	return f
}

// step is a threshold and how many pairs it accepts.
type step struct {
	threshold                 float64
	falseAccepts, trueAccepts int
}

// steps returns every threshold that matters, the highest, which accepts
// nothing, first. Pairs with a missed face are accepted by none.
func (v *Verification) steps() []step {
	sorted := slices.Clone(v.pairs)
	slices.SortFunc(sorted, func(a, b comparison) int { return cmp.Compare(b.similarity, a.similarity) })
	list := []step{{threshold: math.MaxFloat64}}
	var now step
	for i := range sorted {
		p := &sorted[i]
		if p.missed() {
			break
		}
		now.threshold = p.similarity
		if p.same {
			now.trueAccepts++
		} else {
			now.falseAccepts++
		}
		if i+1 == len(sorted) || sorted[i+1].similarity != p.similarity {
			list = append(list, now)
		}
	}
	if len(list) > 1 {
		// Just above all similarities, so that charts stay readable.
		list[0].threshold = math.Nextafter(list[1].threshold, math.Inf(1))
	}
	return list
}

// eer goes along the curve to where false accepts come to outweigh false
// rejects, and between the two points there along a straight line.
func eer(roc []ROCPoint) (Ratio, float64) {
	for i, p := range roc {
		over := p.FAR - (1 - p.TAR)
		if over < 0 {
			continue
		}
		if over == 0 || i == 0 {
			return Ratio(p.FAR), p.Threshold
		}
		q := roc[i-1]
		under := 1 - q.TAR - q.FAR // > 0
		at := under / (under + over)
		threshold := p.Threshold
		if at < 0.5 {
			threshold = q.Threshold
		}
		return Ratio(q.FAR + at*(p.FAR-q.FAR)), threshold
	}
	// Misses keep the curve from ever getting there: more pairs of one person
	// are refused than of two accepted, whatever the threshold.
	last := roc[len(roc)-1]
	return Ratio(1 - last.TAR), last.Threshold
}

// auc is the area under the steps by trapezia, which is the chance with ties
// counted half (Hanley and McNeil, 1982). Pairs that no threshold accepts are
// all tied with one another.
func auc(steps []step, same, impostors int) Ratio {
	area, last := 0.0, step{}
	for _, s := range append(slices.Clip(steps), step{falseAccepts: impostors, trueAccepts: same}) {
		area += float64(s.falseAccepts-last.falseAccepts) * float64(s.trueAccepts+last.trueAccepts) / 2
		last = s
	}
	return Ratio(area / float64(same) / float64(impostors))
}

func tarAt(steps []step, far float64, same, impostors int) TARAt {
	s := steps[0]
	for _, next := range steps[1:] {
		if float64(next.falseAccepts) > far*float64(impostors)+1e-9 {
			break
		}
		s = next
	}
	t := TARAt{
		FAR: far, Threshold: s.threshold, TAR: share(s.trueAccepts, same), TARBounds: ClopperPearson(s.trueAccepts, same),
		FalseAccepts: s.falseAccepts, Impostors: impostors, FARBounds: ClopperPearson(s.falseAccepts, impostors),
		RuleOfThree: Unknown(), Resolved: far*float64(impostors) >= 3,
	}
	if s.falseAccepts == 0 {
		t.RuleOfThree = RuleOfThree(impostors)
	}
	return t
}
