package zone

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

func polygon(xy ...float32) Polygon {
	p := Polygon{Name: "p"}
	for i := 0; i+1 < len(xy); i += 2 {
		p.Points = append(p.Points, vision.Point{X: xy[i], Y: xy[i+1]})
	}
	return p
}

// reason returns the Reason of an error, empty for none.
func reason(t *testing.T, err error) Reason {
	t.Helper()
	if err == nil {
		return ""
	}
	var e *ErrShape
	if !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
	if e.Shape == "" || e.Why == "" || e.Cure == "" {
		t.Errorf("%+v does not say what, why and what to do", e)
	}
	return e.Reason
}

func TestPolygonValidate(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		what string
		p    Polygon
		want Reason
	}{
		{"triangle", polygon(0, 0, 1, 0, 0, 1), ""},
		{"concave", polygon(0, 0, 1, 0, 1, 1, .5, .2, 0, 1), ""},
		{"whole picture", polygon(0, 0, 1, 0, 1, 1, 0, 1), ""},
		{"point on a straight side", polygon(0, 0, .5, 0, 1, 0, 1, 1, 0, 1), ""},
		{"nothing", polygon(), TooFewPoints},
		{"two points", polygon(0, 0, 1, 1), TooFewPoints},
		{"many points", Polygon{Points: make([]vision.Point, MaxPoints+1)}, TooManyPoints},
		{"pixels", polygon(0, 0, 640, 0, 0, 480), Outside},
		{"negative", polygon(0, 0, 1, 0, -.1, 1), Outside},
		{"NaN", polygon(0, 0, 1, 0, nan, 1), Outside},
		{"bow tie", polygon(0, 0, 1, 1, 1, 0, 0, 1), SelfIntersecting},
		{"touches itself", polygon(0, 0, 1, 0, 1, 1, .5, 0, 0, 1), SelfIntersecting},
		{"folds back", polygon(0, 0, 1, 0, .5, 0, .5, 1), SelfIntersecting},
		{"folds back at the end", polygon(.5, 0, 1, 0, 1, 1, 0, 0), ""},
		{"closed by hand", polygon(0, 0, 1, 0, 0, 1, 0, 0), SelfIntersecting},
		{"a line", polygon(0, 0, .5, .5, 1, 1), SelfIntersecting},
		{"next to nothing", polygon(0, 0, 1e-5, 0, 0, 1e-5), NoArea},
	} {
		if got := reason(t, c.p.Validate()); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// TestContains holds the test against the winding of the outline about a
// point, which is another way to tell, on star-shaped outlines.
func TestContains(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	inside := 0
	for range 300 {
		n := 3 + rng.IntN(9)
		var p Polygon
		for i := range n {
			a, r := 2*math.Pi*(float64(i)+.8*rng.Float64())/float64(n), .1+.4*rng.Float64()
			p.Points = append(p.Points, vision.Point{X: float32(.5 + r*math.Cos(a)), Y: float32(.5 + r*math.Sin(a))})
		}
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			q := vision.Point{X: rng.Float32(), Y: rng.Float32()}
			want := math.Abs(winding(&p, q)) > 3
			if p.Contains(q) != want && p.Distance(q) > 1e-6 {
				t.Fatalf("%v holds %v: %v, want %v", p.Points, q, !want, want)
			}
			if want {
				inside++
			}
		}
	}
	if inside < 3000 {
		t.Errorf("only %d points were inside", inside)
	}
}

func winding(p *Polygon, q vision.Point) (sum float64) {
	for i, a := range p.Points {
		b := p.Points[(i+1)%len(p.Points)]
		ax, ay, bx, by := float64(a.X-q.X), float64(a.Y-q.Y), float64(b.X-q.X), float64(b.Y-q.Y)
		sum += math.Atan2(ax*by-ay*bx, ax*bx+ay*by)
	}
	return sum
}

// TestOutline: corners and sides belong to the polygon, and rays through
// corners are counted once.
func TestOutline(t *testing.T) {
	p := polygon(.25, .25, .75, .25, .75, .75, .25, .75)
	for _, q := range []vision.Point{{X: .25, Y: .25}, {X: .75, Y: .75}, {X: .5, Y: .25}, {X: .25, Y: .5}, {X: .75, Y: .5}, {X: .5, Y: .75}} {
		if !p.Contains(q) {
			t.Errorf("%v lies on the outline", q)
		}
	}
	diamond := polygon(.5, 0, 1, .5, .5, 1, 0, .5)
	for _, c := range []struct {
		q    vision.Point
		want bool
	}{{vision.Point{X: .25, Y: .5}, true}, {vision.Point{X: .1, Y: .1}, false}, {vision.Point{X: .2, Y: 0}, false}, {vision.Point{X: .2, Y: 1}, false}} {
		if diamond.Contains(c.q) != c.want {
			t.Errorf("%v: %v", c.q, !c.want)
		}
	}
	if d := p.Distance(vision.Point{X: 1, Y: 1}); math.Abs(d-math.Hypot(.25, .25)) > 1e-6 {
		t.Errorf("distance %v", d)
	}
}
