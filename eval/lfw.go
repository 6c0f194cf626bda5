package eval

import (
	"cmp"
	"math"
	"slices"
)

// LFW is the accuracy by LFW's protocol for View 2 (Huang et al., Labeled
// Faces in the Wild, 2007): the threshold of each fold is picked on the other
// folds.
type LFW struct {
	Accuracy Ratio     `json:"accuracy"`  // mean over the folds
	Std      Ratio     `json:"std"`       // standard deviation over the folds, with n-1
	StdError Ratio     `json:"std_error"` // of the mean: Std/√folds
	Bounds   Bounds    `json:"bounds"`    // of ClopperPearson, of all pairs taken together
	Folds    []LFWFold `json:"folds"`
}

// LFWFold is one fold. Pairs with a missed face are wrong and are in neither
// kind of mistake.
type LFWFold struct {
	Fold         int     `json:"fold"`
	Pairs        int     `json:"pairs"`
	Threshold    float64 `json:"threshold"`
	Accuracy     Ratio   `json:"accuracy"`
	FalseAccepts int     `json:"false_accepts"`
	FalseRejects int     `json:"false_rejects"`
	Missed       int     `json:"missed"`
}

// Threshold returns the similarity from which pairs are taken for one person
// so that the most are right, those of one fold (-1: none) left out. Where
// many are as good, it is in the middle of the middle gap between
// similarities. ok is false without any pair.
func (v *Verification) Threshold(without int) (threshold float64, ok bool) {
	var list []comparison
	for _, p := range v.pairs {
		if p.fold != without && !p.missed() {
			list = append(list, p)
		}
	}
	if len(list) == 0 {
		return 0, false
	}
	slices.SortFunc(list, func(a, b comparison) int { return cmp.Compare(b.similarity, a.similarity) })
	right := 0 // above all similarities, every pair of two people is
	for i := range list {
		if !list[i].same {
			right++
		}
	}
	best, ends := right, []int{0} // of list, how many the threshold accepts
	for i := range list {
		if list[i].same {
			right++
		} else {
			right--
		}
		if i+1 < len(list) && list[i+1].similarity == list[i].similarity {
			continue
		}
		if right > best {
			best, ends = right, ends[:0]
		}
		if right == best {
			ends = append(ends, i+1)
		}
	}
	return gap(list, ends[len(ends)/2]), true
}

// gap returns a threshold that accepts the first n of list.
func gap(list []comparison, n int) float64 {
	switch {
	case n == 0:
		return math.Nextafter(list[0].similarity, math.Inf(1))
	case n == len(list):
		return list[n-1].similarity
	}
	above, below := list[n-1].similarity, list[n].similarity
	mid := below + (above-below)/2
	if !(mid > below) { // neighbours among the floats
		return above
	}
	return mid
}

func (v *Verification) lfw() *LFW {
	folds := map[int][]comparison{}
	var order []int
	for _, p := range v.pairs {
		if folds[p.fold] == nil {
			order = append(order, p.fold)
		}
		folds[p.fold] = append(folds[p.fold], p)
	}
	if len(order) < 2 {
		return nil
	}
	slices.Sort(order)
	l := &LFW{}
	var m mean
	right, pairs := 0, 0
	for _, n := range order {
		f := v.fold(n, folds[n])
		l.Folds = append(l.Folds, f)
		m.add(float64(f.Accuracy))
		pairs += f.Pairs
		right += f.Pairs - f.FalseAccepts - f.FalseRejects - f.Missed
	}
	l.Accuracy = m.ratio()
	sum := 0.0
	for _, f := range l.Folds {
		sum += math.Pow(float64(f.Accuracy-l.Accuracy), 2)
	}
	l.Std = Ratio(math.Sqrt(sum / float64(len(order)-1)))
	l.StdError = l.Std / Ratio(math.Sqrt(float64(len(order))))
	l.Bounds = ClopperPearson(right, pairs)
	return l
}

func (v *Verification) fold(n int, pairs []comparison) LFWFold {
	f := LFWFold{Fold: n, Pairs: len(pairs)}
	f.Threshold, _ = v.Threshold(n)
	for i := range pairs {
		switch p := &pairs[i]; {
		case p.missed():
			f.Missed++
		case p.same && p.similarity < f.Threshold:
			f.FalseRejects++
		case !p.same && p.similarity >= f.Threshold:
			f.FalseAccepts++
		}
	}
	f.Accuracy = share(f.Pairs-f.FalseAccepts-f.FalseRejects-f.Missed, f.Pairs)
	return f
}

// Mistake is a pair that was judged wrongly.
type Mistake struct {
	Pair       int  // in the order of adding, from 0
	Same       bool // what it is
	Missed     bool // a face was not found; Similarity means nothing then
	Similarity float64
	Margin     float64 // how far it lies on the wrong side of its threshold
}

// Mistakes returns the pairs that the LFW protocol has wrong, each by the
// threshold of its fold: those with a missed face last, the farthest from
// their thresholds first. With fewer than two folds the best threshold over
// all pairs is taken.
func (v *Verification) Mistakes() []Mistake {
	thresholds := map[int]float64{}
	if l := v.lfw(); l != nil {
		for _, f := range l.Folds {
			thresholds[f.Fold] = f.Threshold
		}
	} else if t, ok := v.Threshold(-1); ok {
		for _, p := range v.pairs {
			thresholds[p.fold] = t
		}
	}
	var list []Mistake
	for i := range v.pairs {
		p := &v.pairs[i]
		t := thresholds[p.fold]
		switch {
		case p.missed():
			list = append(list, Mistake{Pair: i, Same: p.same, Missed: true})
		case p.same != (p.similarity >= t):
			list = append(list, Mistake{Pair: i, Same: p.same, Similarity: p.similarity, Margin: math.Abs(p.similarity - t)})
		}
	}
	slices.SortStableFunc(list, func(a, b Mistake) int {
		switch {
		case a.Missed != b.Missed && a.Missed:
			return 1
		case a.Missed != b.Missed:
			return -1
		}
		return cmp.Compare(b.Margin, a.Margin)
	})
	return list
}
