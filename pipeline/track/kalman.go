package track

import (
	"math"

	"github.com/ocellus-vision/ocellus/vision"
)

// axis is a Kalman filter (Kalman, 1960) of one coordinate with constant
// velocity. SORT's filter over box and velocities has no terms between
// coordinates, neither in its model nor in its noise, so it falls apart into
// four of these exactly.
type axis struct {
	x, v       float64 // position and velocity a second
	xx, xv, vv float64 // their covariance
}

// noise is what an axis does besides moving evenly, with the side of the
// object as the unit of length.
type noise struct {
	walk  float64 // variance of position, a second
	accel float64 // variance of velocity, a second
	start float64 // standard deviation of the velocity before it is known, a second
}

// Noise of centre and of size. The order of magnitude is that of ByteTrack's
// per-frame values at 30 frames a second, spread over time as white noise, so
// that two short steps are the same as a long one.
var (
	ofCentre = noise{walk: 0.02, accel: 1, start: 3}
	ofSize   = noise{walk: 0.01, accel: 0.1, start: 0.5}
)

// measured is the standard deviation of a detector's edges, in sides.
const measured = 0.05

func (a *axis) init(z, side float64, n noise) {
	m, s := measured*side, n.start*side
	*a = axis{x: z, xx: m * m, vv: s * s}
}

// predict lets dt seconds pass.
func (a *axis) predict(dt, side float64, n noise) {
	s2 := side * side
	walk, accel := n.walk*s2, n.accel*s2
	a.x += a.v * dt
	a.xx += dt*(2*a.xv+dt*a.vv) + walk*dt + accel*dt*dt*dt/3
	a.xv += dt*a.vv + accel*dt*dt/2
	a.vv += accel * dt
}

// correct takes in that the coordinate was seen at z.
func (a *axis) correct(z, side float64) {
	m := measured * side
	s := a.xx + m*m
	kx, kv := a.xx/s, a.xv/s
	y := z - a.x
	a.x += kx * y
	a.v += kv * y
	a.vv -= kv * a.xv
	a.xv *= 1 - kx
	a.xx *= 1 - kx
}

// filter is the Kalman filter of a box: centre, width and height in pixels.
type filter struct {
	cx, cy, w, h axis
	side         float64 // geometric mean of width and height: the unit of all noise
}

// minSide keeps variances above 0 for boxes of next to no size.
const minSide = 1

func (f *filter) measure(b vision.Box) (cx, cy, w, h float64) {
	x1, y1, x2, y2 := float64(b.X1), float64(b.Y1), float64(b.X2), float64(b.Y2)
	w, h = x2-x1, y2-y1
	f.side = max(minSide, math.Sqrt(w*h))
	return (x1 + x2) / 2, (y1 + y2) / 2, w, h
}

func (f *filter) init(b vision.Box) {
	cx, cy, w, h := f.measure(b)
	f.cx.init(cx, f.side, ofCentre)
	f.cy.init(cy, f.side, ofCentre)
	f.w.init(w, f.side, ofSize)
	f.h.init(h, f.side, ofSize)
}

func (f *filter) predict(dt float64) {
	f.cx.predict(dt, f.side, ofCentre)
	f.cy.predict(dt, f.side, ofCentre)
	f.w.predict(dt, f.side, ofSize)
	f.h.predict(dt, f.side, ofSize)
}

func (f *filter) correct(b vision.Box) {
	cx, cy, w, h := f.measure(b)
	f.cx.correct(cx, f.side)
	f.cy.correct(cy, f.side)
	f.w.correct(w, f.side)
	f.h.correct(h, f.side)
}

// freeze stops the size from growing or shrinking while nothing is seen, as
// in ByteTrack: a velocity of size is too uncertain to go by for long.
func (f *filter) freeze() { f.w.v, f.h.v = 0, 0 }

// coasting is the time constant, in seconds, with which what is not seen comes
// to a halt.
const coasting = 1

// slow damps the velocity of what was not seen for dt seconds: people turn and
// stop, and a velocity that was measured badly leads ever further away. (This
// is not of the papers; TestHiddenOnCurves says what it is good for.)
func (f *filter) slow(dt float64) {
	k := math.Exp(-dt / coasting)
	f.cx.v *= k
	f.cy.v *= k
}

// box returns where the object should be.
func (f *filter) box() vision.Box {
	w, h := max(minSide, f.w.x)/2, max(minSide, f.h.x)/2
	return vision.Box{
		X1: float32(f.cx.x - w), Y1: float32(f.cy.x - h),
		X2: float32(f.cx.x + w), Y2: float32(f.cy.x + h),
	}
}
