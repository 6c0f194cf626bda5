package track

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*max(1, math.Abs(b)) }

// TestPredictInSteps: how time is cut into steps does not matter.
func TestPredictInSteps(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		side := 10 + 200*rng.Float64()
		var whole axis
		whole.init(rng.Float64()*500, side, ofCentre)
		whole.predict(0.1, side, ofCentre)
		whole.correct(rng.Float64()*500, side)
		parts := whole
		total := 0.0
		for range 1 + rng.IntN(8) {
			dt := rng.Float64() * 0.3
			total += dt
			parts.predict(dt, side, ofCentre)
		}
		whole.predict(total, side, ofCentre)
		if !near(parts.x, whole.x, 1e-9) || !near(parts.xx, whole.xx, 1e-9) || !near(parts.xv, whole.xv, 1e-9) || !near(parts.vv, whole.vv, 1e-9) {
			t.Fatalf("%+v in parts, %+v at once", parts, whole)
		}
	}
}

// TestAxisAgainstMatrices holds an axis against the equations of the Kalman
// filter written with matrices.
func TestAxisAgainstMatrices(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const side = 50.0
	var a axis
	a.init(100, side, ofCentre)
	x := [2]float64{100, 0}
	p := [2][2]float64{{sq(measured * side), 0}, {0, sq(ofCentre.start * side)}}
	for range 100 {
		dt, z := 0.01+rng.Float64()*0.2, 100+rng.NormFloat64()*30
		a.predict(dt, side, ofCentre)
		f := [2][2]float64{{1, dt}, {0, 1}}
		p = mul(mul(f, p), transposed(f))
		q := ofCentre.accel * side * side
		p[0][0] += q*dt*dt*dt/3 + ofCentre.walk*side*side*dt
		p[0][1] += q * dt * dt / 2
		p[1][0] += q * dt * dt / 2
		p[1][1] += q * dt
		x[0] += dt * x[1]

		a.correct(z, side)
		s := p[0][0] + sq(measured*side)
		k := [2]float64{p[0][0] / s, p[1][0] / s}
		y := z - x[0]
		x[0], x[1] = x[0]+k[0]*y, x[1]+k[1]*y
		p = mul([2][2]float64{{1 - k[0], 0}, {-k[1], 1}}, p)
		if !near(a.x, x[0], 1e-6) || !near(a.v, x[1], 1e-6) || !near(a.xx, p[0][0], 1e-6) || !near(a.xv, p[0][1], 1e-6) || !near(a.vv, p[1][1], 1e-6) {
			t.Fatalf("%+v; by matrices x %v, P %v", a, x, p)
		}
		if a.xx*a.vv-a.xv*a.xv <= 0 || a.xx <= 0 {
			t.Fatalf("the covariance of %+v is not positive", a)
		}
	}
}

func sq(v float64) float64 { return v * v }

func mul(a, b [2][2]float64) (c [2][2]float64) {
	for i := range 2 {
		for j := range 2 {
			c[i][j] = a[i][0]*b[0][j] + a[i][1]*b[1][j]
		}
	}
	return c
}

func transposed(a [2][2]float64) [2][2]float64 {
	return [2][2]float64{{a[0][0], a[1][0]}, {a[0][1], a[1][1]}}
}

// TestVelocity: whatever the steps, the velocity is found.
func TestVelocity(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var f filter
	f.init(vision.BoxAround(100, 200, 40, 80))
	now := 0.0
	for range 60 {
		dt := 0.02 + rng.Float64()*0.06
		now += dt
		f.predict(dt)
		f.correct(vision.BoxAround(float32(100+90*now), float32(200-30*now), 40, 80))
	}
	if math.Abs(f.cx.v-90) > 1 || math.Abs(f.cy.v+30) > 1 || math.Abs(f.w.v) > 0.5 {
		t.Errorf("velocity %.2f, %.2f, of the width %.2f; want 90, -30, 0", f.cx.v, f.cy.v, f.w.v)
	}
}

// TestTinyAndHuge: no box that Update lets pass makes numbers that are none.
func TestTinyAndHuge(t *testing.T) {
	for _, b := range []vision.Box{
		{X1: 0, Y1: 0, X2: 1e-30, Y2: 1e-30}, {X1: -farthest, Y1: -farthest, X2: farthest, Y2: farthest},
		{X1: 0, Y1: 0, X2: 1e-20, Y2: farthest},
	} {
		var f filter
		f.init(b)
		for i := range 50 {
			f.predict(float64(i%3) * 1000)
			f.correct(b)
			if got := f.box(); !got.Finite() || got.Empty() {
				t.Fatalf("%v becomes %v after %d steps", b, got, i)
			}
		}
	}
}
