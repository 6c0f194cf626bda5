package face

import (
	"math"

	"github.com/ocellus-vision/ocellus/vision"
)

// Quality is how good a picture of a face is. Sharpness and lighting are
// judged on the aligned face, made chipSide pixels wide, so that they do not
// depend on how large it is in the picture.
type Quality struct {
	// EyeDistance is the distance of the eyes in pixels of the picture, 0
	// where that is not known.
	EyeDistance float64 `json:"eye_distance"`
	// Sharpness is the variance of the Laplacian of the luma (0..255). Blurred
	// faces have less than about 100, sharp ones several hundreds; noise
	// raises it.
	Sharpness float64 `json:"sharpness"`
	// Exposure is the mean luma, 0 (black) to 1 (white).
	Exposure float64 `json:"exposure"`
	// Clipped is the share of pixels that are all but black or white, 0 to 1.
	Clipped float64 `json:"clipped"`
	// Pose is nil where the landmarks do not suffice to tell.
	Pose *Pose `json:"pose,omitempty"`
}

// chipSide is the side of the picture that sharpness and lighting are judged
// on, in pixels.
const chipSide = 96

// judge is what one goroutine judges faces with.
type judge struct {
	warper *vision.Warper
	chip   []float32
}

func newJudge() (*judge, error) {
	w, err := vision.NewWarper(vision.Preprocess{Width: chipSide, Height: chipSide, Colour: vision.Gray, Scale: [3]float32{1, 1, 1}})
	if err != nil {
		return nil, err
	}
	return &judge{w, make([]float32, chipSide*chipSide)}, nil
}

// light fills in what is judged by the pixels. at leads from an input of that
// width to the picture.
func (j *judge) light(q *Quality, s scope, at vision.Affine, width float64) error {
	n := width / chipSide
	if err := j.warper.Fill(j.chip, s.img, s.from(vision.Affine{XX: n, YY: n}.Then(at))); err != nil {
		return err
	}
	// The corners of the chip may lie outside the picture; the face does not
	// reach there.
	const from, to = chipSide / 8, chipSide - chipSide/8
	const black, white = 8, 247
	var sum, lap, lap2, clipped float64
	for y := from; y < to; y++ {
		row := j.chip[y*chipSide:]
		for x := from; x < to; x++ {
			v := float64(row[x])
			l := float64(row[x-1]+row[x+1]+j.chip[(y-1)*chipSide+x]+j.chip[(y+1)*chipSide+x]) - 4*v
			sum += v
			lap += l
			lap2 += l * l
			if v < black || v > white {
				clipped++
			}
		}
	}
	const count = (to - from) * (to - from)
	q.Exposure, q.Clipped = sum/count/255, clipped/count
	q.Sharpness = max(0, lap2/count-lap/count*lap/count)
	return nil
}

// eyes returns the distance of the eyes and their roll in radians.
type eyes struct{ right, left []int }

func newEyes(names []string) eyes {
	return eyes{lookup(names, RightEye, true), lookup(names, LeftEye, true)}
}

func (e eyes) measure(points []vision.Point) (distance, roll float64) {
	if e.right == nil || e.left == nil {
		return 0, 0
	}
	r, l := middle(points, e.right), middle(points, e.left)
	dx, dy := float64(l.X)-float64(r.X), float64(l.Y)-float64(r.Y)
	return math.Hypot(dx, dy), math.Atan2(dy, dx)
}
