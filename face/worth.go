package face

import (
	"math"
	"slices"
)

// Doubt is what speaks most against telling by a picture of a face whose it
// is; it is empty where nothing does.
type Doubt string

// The doubts.
const (
	Small  Doubt = "small"
	Blurry Doubt = "blurred"
	Dark   Doubt = "dark"
	Bright Doubt = "too bright, or with too much contrast"
	Turned Doubt = "turned away"
)

// ramp goes from where a measure makes a face worthless to where it is good.
type ramp struct {
	doubt      Doubt
	zero, good float64
}

var (
	eyesRamp   = ramp{Small, 4, 40} // pixels between the eyes
	sharpRamp  = ramp{Blurry, 5, 100}
	darkRamp   = ramp{Dark, 0.03, 0.2}
	brightRamp = ramp{Bright, 0.97, 0.8}
	clipRamp   = ramp{Bright, 0.6, 0.2}
	turnRamp   = ramp{Turned, 65, 35} // degrees
)

func (r ramp) of(v float64) float64 { return min(max((v-r.zero)/(r.good-r.zero), 0), 1) }

// Least is the worth of a face below which telling whose it is, is guesswork:
// about 15 pixels between the eyes, a sharpness of 34, 56 degrees away.
const Least = 0.3

// Worth says how fit a picture of a face is to tell whose it is, 0 to 1: as
// fit as the worst of its size, sharpness, light and pose, and which that is.
// At 1 there is no doubt.
func (q *Quality) Worth() (worth float32, why Doubt) {
	least := 1.0
	q.measure(func(of float64, d Doubt) {
		if of < least {
			least, why = of, d
		}
	})
	return float32(least), why
}

// Doubts returns all that is not as good as it should be, each once.
func (q *Quality) Doubts() (list []Doubt) {
	q.measure(func(of float64, d Doubt) {
		if of < 1 && !slices.Contains(list, d) {
			list = append(list, d)
		}
	})
	return list
}

// measure tells of each measure of the picture how good it is, 0 to 1, and
// what it is a doubt of below that.
func (q *Quality) measure(tell func(of float64, d Doubt)) {
	see := func(r ramp, v float64) { tell(r.of(v), r.doubt) }
	see(eyesRamp, q.EyeDistance)
	see(sharpRamp, q.Sharpness)
	see(darkRamp, q.Exposure)
	see(brightRamp, q.Exposure)
	see(clipRamp, q.Clipped)
	if p := q.Pose; p != nil {
		see(turnRamp, max(math.Abs(p.Yaw), math.Abs(p.Pitch)))
	}
}
