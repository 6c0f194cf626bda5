package eval

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9 }

// add fills a Verification with one fold.
func add(t *testing.T, v *Verification, fold int, same, different []float64) {
	t.Helper()
	for i, list := range [][]float64{same, different} {
		for _, s := range list {
			if err := v.Add(fold, i == 0, s); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestRates(t *testing.T) {
	for _, c := range []struct {
		name               string
		same, different    []float64
		missSame, missDiff int
		eer, auc, tar1     float64 // tar1 is TAR at FAR = 0.1
	}{
		// TAR after each threshold: .9 → 1/3, .8 → 2/3, .7 → 2/3 with FAR 1/4, .4 → 1
		// with FAR 1/4: FRR falls through 1/4 there. .9 and .8 beat 4 of 4, .4 beats 3.
		{"overlapping", []float64{0.9, 0.8, 0.4}, []float64{0.7, 0.3, 0.2, 0.1}, 0, 0, 0.25, 11.0 / 12, 2.0 / 3},
		{"apart", []float64{0.9, 0.8}, []float64{0.3, 0.2}, 0, 0, 0, 1, 1},
		{"inverted", []float64{0.1, 0.2}, []float64{0.8, 0.9}, 0, 0, 1, 0, 0},
		// One step from (0,0) to (1,1): the line meets FRR = FAR in the middle.
		{"all equal", []float64{0.5, 0.5}, []float64{0.5, 0.5, 0.5}, 0, 0, 0.5, 0.5, 0},
		// TAR never exceeds 1/2; at .3 FAR is 1/2 as well. .9 beats both, the miss none.
		{"one of the same missed", []float64{0.9}, []float64{0.3, 0.2}, 1, 0, 0.5, 0.5, 0.5},
		// A missed pair of two people is never accepted: FAR is at most 1/2, from .6
		// on, where TAR is 1/2. .9 beats both, .4 the miss only.
		{"one of two missed", []float64{0.9, 0.4}, []float64{0.6}, 0, 1, 0.5, 3.0 / 4, 0.5},
	} {
		v := &Verification{}
		add(t, v, 0, c.same, c.different)
		for range c.missSame {
			if err := v.Miss(0, true); err != nil {
				t.Fatal(err)
			}
		}
		for range c.missDiff {
			if err := v.Miss(0, false); err != nil {
				t.Fatal(err)
			}
		}
		f := v.Figures()
		if !near(float64(f.EER), c.eer) || !near(float64(f.AUC), c.auc) || !near(float64(f.TARAt[0].TAR), c.tar1) {
			t.Errorf("%s: EER %v, AUC %v, TAR %v; want %v, %v, %v", c.name, float64(f.EER), float64(f.AUC), float64(f.TARAt[0].TAR), c.eer, c.auc, c.tar1)
		}
		if f.Missed != c.missSame+c.missDiff || f.MissSame != c.missSame || f.LFW != nil {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

func TestTARAt(t *testing.T) {
	v := &Verification{}
	// 1,000 pairs of two people at 0.000 … 0.999, ten of one at 0.9885 … 0.9975:
	// FAR 0.01 lets ten false accepts by (0.990 and up), so all but 0.9885, which
	// lies below the eleventh, are in; the lowest of them is the threshold.
	for i := range 1000 {
		add(t, v, 0, nil, []float64{float64(i) / 1000})
	}
	for i := range 10 {
		add(t, v, 0, []float64{0.9885 + float64(i)/1000}, nil)
	}
	f := v.Figures()
	at := f.TARAt[1]
	if at.FalseAccepts != 10 || at.Impostors != 1000 || !near(float64(at.TAR), 0.9) || !near(at.Threshold, 0.9895) || !at.Resolved || at.RuleOfThree.Known() {
		t.Errorf("TAR at 0.01: %+v", at)
	}
	if at.TARBounds != ClopperPearson(9, 10) || at.FARBounds != ClopperPearson(10, 1000) {
		t.Errorf("bounds %+v, %+v", at.TARBounds, at.FARBounds)
	}
	// FAR 0.001 lets one by (0.999); nothing of the same lies above it, and 1,000
	// pairs are too few for a rate of 0.001.
	if at = f.TARAt[2]; at.FalseAccepts != 1 || at.TAR != 0 || at.Resolved {
		t.Errorf("TAR at 0.001: %+v", at)
	}
	w := &Verification{}
	add(t, w, 0, []float64{0.9}, []float64{0.1, 0.2})
	if at = w.Figures().TARAt[2]; at.FalseAccepts != 0 || at.RuleOfThree != 1 || at.TAR != 1 || at.Threshold != 0.9 {
		t.Errorf("TAR at 0.001 of two pairs: %+v", at)
	}
}

func TestAUCIsTheChance(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	v := &Verification{}
	var same, different []float64
	for range 60 {
		same = append(same, float64(r.IntN(30)))
		different = append(different, float64(r.IntN(25)))
	}
	add(t, v, 0, same, different)
	wins := 0.0
	for _, a := range same {
		for _, b := range different {
			switch {
			case a > b:
				wins++
			case a == b:
				wins += 0.5
			}
		}
	}
	if got := v.Figures().AUC; !near(float64(got), wins/3600) {
		t.Errorf("AUC %v, want %v", got, wins/3600)
	}
}

// TestClopperPearson holds the bounds against published values and against
// what defines them: the binomial tails are 2.5 % there.
func TestClopperPearson(t *testing.T) {
	for _, c := range []struct {
		k, n   int
		lo, hi float64
	}{{0, 10, 0, 0.3085}, {5, 10, 0.1871, 0.8129}, {10, 10, 0.6915, 1}, {1, 20, 0.0013, 0.2487}, {0, 0, 0, 1}} {
		b := ClopperPearson(c.k, c.n)
		if math.Abs(float64(b.Lo)-c.lo) > 5e-5 || math.Abs(float64(b.Hi)-c.hi) > 5e-5 {
			t.Errorf("%d of %d: %v to %v, want %v to %v", c.k, c.n, float64(b.Lo), float64(b.Hi), c.lo, c.hi)
		}
	}
	for _, c := range [][2]int{{1, 3}, {2, 2400}, {2390, 2400}, {1200, 2400}, {17, 100}, {4700, 4800}} {
		b := ClopperPearson(c[0], c[1])
		if up, down := tail(c[0], c[1], float64(b.Lo)), 1-tail(c[0]+1, c[1], float64(b.Hi)); math.Abs(up-0.025) > 1e-8 || math.Abs(down-0.025) > 1e-8 {
			t.Errorf("%d of %d: tails %v and %v, want 0.025", c[0], c[1], up, down)
		}
	}
	if got := RuleOfThree(300); !near(float64(got), 0.01) {
		t.Errorf("rule of three: %v", got)
	}
}

// tail is the chance of k or more of n at a rate of p.
func tail(k, n int, p float64) float64 {
	sum := 0.0
	for i := k; i <= n; i++ {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(i + 1))
		c, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(a - b - c + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return sum
}

func TestLFW(t *testing.T) {
	v := &Verification{}
	// The threshold of fold 0 is the middle between 0.45 and 0.4, those of fold
	// 1: all of fold 0 is right. That of fold 1 is the middle between 0.8 and
	// 0.2: 0.45 is refused, so that 3 of 4 are right.
	add(t, v, 0, []float64{0.9, 0.8}, []float64{0.2, 0.1})
	add(t, v, 1, []float64{0.6, 0.45}, []float64{0.4, 0.3})
	l := v.Figures().LFW
	if !near(float64(l.Accuracy), 0.875) || !near(float64(l.Std), math.Sqrt(2)*0.125) || !near(float64(l.StdError), 0.125) || l.Bounds != ClopperPearson(7, 8) {
		t.Errorf("%+v", l)
	}
	if a, b := l.Folds[0], l.Folds[1]; !near(a.Threshold, 0.425) || a.Accuracy != 1 || !near(b.Threshold, 0.5) || b.FalseRejects != 1 || b.FalseAccepts != 0 {
		t.Errorf("folds %+v", l.Folds)
	}
	m := v.Mistakes()
	if len(m) != 1 || m[0].Pair != 5 || !m[0].Same || !near(m[0].Margin, 0.05) {
		t.Errorf("mistakes %+v", m)
	}
	// Misses are wrong whatever the pair is: 2 of 4 and 2 more make 3 of 6.
	for _, same := range []bool{true, false} {
		if err := v.Miss(1, same); err != nil {
			t.Fatal(err)
		}
	}
	l = v.Figures().LFW
	if f := l.Folds[1]; f.Pairs != 6 || f.Missed != 2 || f.FalseRejects != 1 || !near(float64(f.Accuracy), 0.5) {
		t.Errorf("with misses: %+v", f)
	}
	if m = v.Mistakes(); len(m) != 3 || m[0].Missed || !m[1].Missed || !m[2].Missed || m[2].Same {
		t.Errorf("mistakes with misses %+v", m)
	}
}

func TestThreshold(t *testing.T) {
	v := &Verification{}
	if _, ok := v.Threshold(-1); ok {
		t.Error("a threshold out of nothing")
	}
	add(t, v, 0, []float64{1, 2, 3}, nil)
	if got, _ := v.Threshold(-1); got != 1 {
		t.Errorf("of pairs of one person only: %v, want 1, which accepts all", got)
	}
	w := &Verification{}
	add(t, w, 0, nil, []float64{1, 2})
	if got, _ := w.Threshold(-1); !(got > 2) {
		t.Errorf("of pairs of two people only: %v, want more than 2", got)
	}
}

func TestVerificationRefuses(t *testing.T) {
	v := &Verification{}
	for _, err := range []error{v.Add(0, true, math.NaN()), v.Add(0, true, math.Inf(-1)), v.Add(-1, true, 0), v.Miss(-1, true), v.Miss(maxFold, true)} {
		if err == nil {
			t.Error("accepted")
		}
	}
	// Nothing, and nothing but misses, make figures that JSON can hold.
	for range 2 {
		f := v.Figures()
		if _, err := json.Marshal(f); err != nil {
			t.Error(err)
		}
		for _, same := range []bool{true, false} {
			if err := v.Miss(0, same); err != nil {
				t.Fatal(err)
			}
		}
	}
	if f := v.Figures(); f.EER != 1 || f.Missed != 4 {
		t.Errorf("all missed: %+v", f)
	}
}
