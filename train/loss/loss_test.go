package loss

import (
	"math"
	"math/rand/v2"
	"testing"
)

// gradientCase is a loss of one vector, for both types of elements.
type gradientCase struct {
	name string
	n    int
	f32  func(x, grad []float32) float64
	f64  func(x, grad []float64) float64
}

// row makes a case of a generic function's two instances.
func row(name string, n int, f32 func(x, grad []float32) float64, f64 func(x, grad []float64) float64) gradientCase {
	return gradientCase{name, n, f32, f64}
}

func numbers(seed uint64, n int, scale float64) []float64 {
	r := rand.New(rand.NewPCG(seed, 3))
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64() * scale
	}
	return v
}

func narrow(v []float64) []float32 {
	f := make([]float32, len(v))
	for i, x := range v {
		f[i] = float32(x)
	}
	return f
}

// shares are numbers from 0 to 1, of which some are exactly 0.
func shares(seed uint64, n int) []float64 {
	v := numbers(seed, n, 1)
	for i := range v {
		if v[i] = 1 / (1 + math.Exp(v[i])); i%3 == 0 {
			v[i] = 0
		}
	}
	return v
}

var (
	labels  = []int32{2, 0, -1, 4, 1, 1}
	targets = shares(1, 12)
	weights = shares(2, 12)
	ignored = []bool{false, true, false, false, false, true, false, false, false, false, false, true}
	others  = numbers(7, 20, 1)
	same    = []bool{true, false, false, true, true}
	// Boxes near, within, apart from and around those of boxAt.
	boxes  = []float64{0, 0, 4, 3, 1, 1, 2, 2.5, 10, 10, 12, 15, -3, -2, 9, 8}
	person = []int{0, 0, 1, 1, 2, 2, 0, 3}
)

func boxAt(x []float64) []float64 {
	v := append([]float64{0.3, 0.4, 4.6, 3.5, 0.5, 0.2, 3.1, 4.4, 1, 2, 3, 5, 0.7, 1.3, 5, 6.2}, x[:0]...)
	for i := range v {
		v[i] += 0.1 * x[i]
	}
	return v
}

func pairs[T Float](w []T, bias T) *Pairs[T] {
	return &Pairs[T]{Weights: w, WeightGrads: make([]T, len(w)), Bias: bias}
}

func cases() []gradientCase {
	gram := make([]float64, 9)
	Gram(numbers(8, 15, 1), 3, gram)
	list := []gradientCase{
		row("cross-entropy", 30, func(x, g []float32) float64 { l, _ := CrossEntropy(x, 5, labels, 0, g); return l },
			func(x, g []float64) float64 { l, _ := CrossEntropy(x, 5, labels, 0, g); return l }),
		row("smoothed", 30, func(x, g []float32) float64 { l, _ := CrossEntropy(x, 5, labels, 0.1, g); return l },
			func(x, g []float64) float64 { l, _ := CrossEntropy(x, 5, labels, 0.1, g); return l }),
		row("logistic", 12, func(x, g []float32) float64 { return Logistic(x, narrow(targets), narrow(weights), g) },
			func(x, g []float64) float64 { return Logistic(x, targets, weights, g) }),
		row("objectness", 12, func(x, g []float32) float64 { return Objectness(x, narrow(targets), ignored, 0.3, g) },
			func(x, g []float64) float64 { return Objectness(x, targets, ignored, 0.3, g) }),
		row("l1", 20, func(x, g []float32) float64 { return L1(x, narrow(others), 4, narrow(weights[:5]), g) },
			func(x, g []float64) float64 { return L1(x, others, 4, weights[:5], g) }),
		row("wing", 20, func(x, g []float32) float64 { return Wing(x, narrow(others), 10, 1, 0.2, nil, g) },
			func(x, g []float64) float64 { return Wing(x, others, 10, 1, 0.2, nil, g) }),
		row("pairs, first", 20, func(x, g []float32) float64 {
			l, _ := pairs(narrow(weights[:4]), 0.2).Loss(x, narrow(others), same, g, make([]float32, 20))
			return l
		}, func(x, g []float64) float64 {
			l, _ := pairs(weights[:4], 0.2).Loss(x, others, same, g, make([]float64, 20))
			return l
		}),
		row("pairs, second", 20, func(x, g []float32) float64 {
			l, _ := pairs(narrow(weights[:4]), 0.2).Loss(narrow(others), x, same, make([]float32, 20), g)
			return l
		}, func(x, g []float64) float64 {
			l, _ := pairs(weights[:4], 0.2).Loss(others, x, same, make([]float64, 20), g)
			return l
		}),
		row("triplet", 40, func(x, g []float32) float64 { l, _ := (&Triplet[float32]{Margin: 2}).Loss(x, person, g); return l },
			func(x, g []float64) float64 { l, _ := (&Triplet[float64]{Margin: 2}).Loss(x, person, g); return l }),
		row("content", 20, func(x, g []float32) float64 { return Content(x, narrow(others), g) },
			func(x, g []float64) float64 { return Content(x, others, g) }),
		row("style", 15, func(x, g []float32) float64 { return Style(x, 3, gram, make([]float64, 9), g) },
			func(x, g []float64) float64 { return Style(x, 3, gram, make([]float64, 9), g) }),
	}
	for kind, name := range map[Overlap]string{IoU: "iou", GIoU: "giou", DIoU: "diou", CIoU: "ciou"} {
		list = append(list, row(name, 16, func(x, g []float32) float64 {
			wide := make([]float64, len(x))
			for i, v := range x {
				wide[i] = float64(v)
			}
			l := Boxes(kind, narrow(boxAt(wide)), narrow(boxes), narrow(weights[1:5]), g)
			for i := range g {
				g[i] *= 0.1
			}
			return l
		}, func(x, g []float64) float64 {
			l := Boxes(kind, boxAt(x), boxes, weights[1:5], g)
			for i := range g {
				g[i] *= 0.1
			}
			return l
		}))
	}
	return list
}

// TestGradients holds every loss against central differences in float64, and
// float32 against float64.
func TestGradients(t *testing.T) {
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			x := numbers(11, c.n, 1)
			grad, scratch := make([]float64, c.n), make([]float64, c.n)
			at := c.f64(x, grad)
			largest := 0.0
			for i := range x {
				const h = 1e-5
				keep := x[i]
				x[i] = keep + h
				up := c.f64(x, scratch)
				x[i] = keep - h
				down := c.f64(x, scratch)
				x[i] = keep
				want := (up - down) / (2 * h)
				if math.Abs(grad[i]-want) > 1e-6*max(math.Abs(want), 1e-2) {
					t.Errorf("element %d: gradient %v, central difference %v", i, grad[i], want)
				}
				largest = max(largest, math.Abs(want))
			}
			if largest < 1e-3 {
				t.Errorf("the largest slope is %v: there is nothing to test", largest)
			}
			g32 := make([]float32, c.n)
			if l := c.f32(narrow(x), g32); math.Abs(l-at) > 1e-5*math.Abs(at) {
				t.Errorf("loss %v in float32, %v in float64", l, at)
			}
			for i, g := range g32 {
				if math.Abs(float64(g)-grad[i]) > 1e-3*max(math.Abs(grad[i]), 1e-2*largest) {
					t.Errorf("element %d: gradient %v in float32, %v in float64", i, g, grad[i])
				}
			}
		})
	}
}

// TestPairsParameters holds the gradients of weights and bias likewise.
func TestPairsParameters(t *testing.T) {
	a, b := numbers(4, 20, 1), numbers(5, 20, 1)
	at := func(theta []float64) (float64, *Pairs[float64]) {
		p := pairs(theta[:4], theta[4])
		l, _ := p.Loss(a, b, same, make([]float64, 20), make([]float64, 20))
		return l, p
	}
	theta := numbers(6, 5, 1)
	_, p := at(theta)
	got := append(append([]float64{}, p.WeightGrads...), p.BiasGrad)
	for i := range theta {
		const h = 1e-5
		keep := theta[i]
		theta[i] = keep + h
		up, _ := at(theta)
		theta[i] = keep - h
		down, _ := at(theta)
		theta[i] = keep
		if want := (up - down) / (2 * h); math.Abs(got[i]-want) > 1e-6*max(math.Abs(want), 1e-2) {
			t.Errorf("parameter %d: gradient %v, central difference %v", i, got[i], want)
		}
	}
}

// TestByHand holds losses against numbers worked out by hand.
func TestByHand(t *testing.T) {
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-7 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	g := make([]float64, 16)
	l, right := CrossEntropy([]float64{0, math.Log(3), 0, 0}, 2, []int32{1, 1}, 0, g[:4])
	near("cross-entropy of 3/4 and 1/2", l, (math.Log(4.0/3)+math.Log(2))/2)
	if right != 1 {
		t.Errorf("%d right, want 1: of two equal logits the first counts", right)
	}
	near("logistic of extreme logits", Logistic([]float64{1e4, -1e4}, []float64{1, 0}, nil, g[:2]), 0)
	// 2×2 boxes, one moved by 1 along x: IoU 2/6, hull 6, centres 1 apart, diagonal² 13.
	p, w := []float64{1, 0, 3, 2}, []float64{0, 0, 2, 2}
	near("IoU", Boxes(IoU, p, w, nil, g[:4]), 2.0/3)
	near("GIoU", Boxes(GIoU, p, w, nil, g[:4]), 2.0/3)
	near("DIoU", Boxes(DIoU, p, w, nil, g[:4]), 2.0/3+1.0/13)
	near("CIoU", Boxes(CIoU, p, w, nil, g[:4]), 2.0/3+1.0/13)
	apart := []float64{4, 0, 6, 2}
	near("GIoU apart", Boxes(GIoU, apart, w, nil, g[:4]), 1+(12.0-8)/12)
	near("empty boxes", Boxes(CIoU, make([]float64, 4), make([]float64, 4), nil, g[:4]), 1)
	for _, v := range g[:4] {
		if math.IsNaN(v) {
			t.Error("the gradient of empty boxes is not a number")
		}
	}
	near("wing within", Wing([]float64{1}, []float64{0}, 1, 10, 2, nil, g[:1]), 10*math.Log(1.5))
	near("wing beyond", Wing([]float64{20}, []float64{0}, 1, 10, 2, nil, g[:1]), 20-10+10*math.Log(6))
}

// TestMining gives each anchor negatives of every kind.
func TestMining(t *testing.T) {
	// On a line: anchor 0, its like at 1 (squared 1); margin 3.
	for _, c := range []struct {
		name     string
		others   []float64
		loss     float64 // of both directions
		semi     int
		hard     int
		positive int
	}{
		{"the nearest semi-hard of two", []float64{-1.5, -1.2}, ((1 - 1.44 + 3) + 0) / 2, 1, 0, 2},
		{"hard ones are left for a semi-hard one", []float64{0.5, -1.5}, ((1 - 2.25 + 3) + 0) / 2, 1, 0, 2},
		{"the least hard where all are nearer", []float64{0.5, 0.6}, ((1 - 0.36 + 3) + (1 - 0.25 + 3)) / 2, 0, 2, 2},
		{"far ones cost nothing", []float64{9, -9}, 0, 0, 0, 2},
	} {
		e := append([]float64{0, 1}, c.others...)
		who := []int{7, 7, 8, 9}
		l, m := (&Triplet[float64]{Margin: 3}).Loss(e, who, make([]float64, 4))
		if math.Abs(l-c.loss) > 1e-12 || m.SemiHard != c.semi || m.Hard != c.hard || m.Positives != c.positive {
			t.Errorf("%s: loss %v, %+v; want loss %v, %d semi-hard, %d hard", c.name, l, m, c.loss, c.semi, c.hard)
		}
	}
	if l, m := (&Triplet[float64]{Margin: 1}).Loss([]float64{1, 2}, []int{1, 2}, make([]float64, 2)); l != 0 || m.Positives != 0 {
		t.Errorf("without pairs: loss %v, %+v", l, m)
	}
}

// TestNothingAllocated runs the losses of a step once they are warm.
func TestNothingAllocated(t *testing.T) {
	x, g := narrow(numbers(1, 40, 1)), make([]float32, 40)
	tri := &Triplet[float32]{Margin: 0.2}
	tri.Loss(x, person, g)
	want := narrow(boxes)
	for name, f := range map[string]func(){
		"cross-entropy": func() { CrossEntropy(x[:30], 5, labels, 0.1, g[:30]) },
		"triplet":       func() { tri.Loss(x, person, g) },
		"boxes":         func() { Boxes(CIoU, x[:16], want, nil, g[:16]) },
		"wing":          func() { Wing(x, x, 10, 10, 2, nil, g) },
	} {
		if n := testing.AllocsPerRun(20, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}
