package face

import (
	"math"

	"github.com/ocellus-vision/ocellus/vision"
)

// Pose is which way a face looks, in degrees, 0 being straight at the camera
// with the eyes level.
type Pose struct {
	Yaw   float64 `json:"yaw"`   // positive: to the right of the picture; -90 to 90
	Pitch float64 `json:"pitch"` // positive: up; -180 to 180
	Roll  float64 `json:"roll"`  // positive: turned clockwise in the picture; -180 to 180
}

// mould has a face of average measures in millimetres: x to the right of the
// picture, y down, z away from the camera. The proportions seen from the front
// are those of dlib's mean face with eyes 63 mm apart; the depths are rounded
// from tables of anthropometry (Farkas, Anthropometry of the Head and Face,
// 1994).
var mould = []struct {
	name    string
	x, y, z float64
}{
	{RightEye, -31.5, 0, 0}, {LeftEye, 31.5, 0, 0}, {NoseTip, 0, 36, -32},
	{RightMouthCorner, -27.5, 67, -4}, {LeftMouthCorner, 27.5, 67, -4}, {MouthCentre, 0, 68, -12},
	{RightTragion, -72, 14, 88}, {LeftTragion, 72, 14, 88},
}

// poser finds poses by landmarks of one list of names.
type poser struct {
	from  [][]int      // landmarks, as middles of points
	shape [][3]float64 // where the mould has them, about their middle
	inv   [3][3]float64
	ok    bool // whether they suffice: four at least, not in a plane
}

func newPoser(names []string) *poser {
	p := &poser{}
	var mid [3]float64
	for _, m := range mould {
		if at := lookup(names, m.name, true); at != nil {
			p.from = append(p.from, at)
			p.shape = append(p.shape, [3]float64{m.x, m.y, m.z})
			for i, v := range p.shape[len(p.shape)-1] {
				mid[i] += v
			}
		}
	}
	if len(p.from) < 4 {
		return p
	}
	var g [3][3]float64
	for k := range p.shape {
		for i := range mid {
			p.shape[k][i] -= mid[i] / float64(len(p.shape))
		}
		for i := range 3 {
			for j := range 3 {
				g[i][j] += p.shape[k][i] * p.shape[k][j]
			}
		}
	}
	p.inv, p.ok = inverse(g)
	return p
}

// inverse inverts a matrix that is symmetric and not all but singular.
func inverse(m [3][3]float64) (inv [3][3]float64, ok bool) {
	minor := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*minor(0, 0) + m[0][1]*minor(0, 1) + m[0][2]*minor(0, 2)
	if !(det > 1e-6*m[0][0]*m[1][1]*m[2][2]) {
		return inv, false
	}
	for i := range 3 {
		for j := range 3 {
			inv[j][i] = minor(i, j) / det
		}
	}
	return inv, true
}

// pose fits the mould to landmarks under a scaled orthographic projection:
// the two rows of the best linear map are, but for noise, the first rows of a
// rotation, scaled. ok is false where there are too few landmarks to tell.
func (p *poser) pose(points []vision.Point) (Pose, bool) {
	if !p.ok {
		return Pose{}, false
	}
	var c [2][3]float64 // landmarks times the mould
	for k, at := range p.from {
		m := middle(points, at)
		for i, v := range p.shape[k] {
			c[0][i] += float64(m.X) * v
			c[1][i] += float64(m.Y) * v
		}
	}
	var r [3][3]float64
	for row := range 2 {
		for i := range 3 {
			for j := range 3 {
				r[row][i] += c[row][j] * p.inv[j][i]
			}
		}
	}
	if !unit(&r[0]) || !unit(&r[1]) {
		return Pose{}, false
	}
	// What the two rows lack of a right angle is shared between them.
	half := (r[0][0]*r[1][0] + r[0][1]*r[1][1] + r[0][2]*r[1][2]) / 2
	x := r[0]
	for i := range 3 {
		r[0][i] -= half * r[1][i]
		r[1][i] -= half * x[i]
	}
	if !unit(&r[0]) || !unit(&r[1]) {
		return Pose{}, false
	}
	for i := range 3 {
		r[2][i] = r[0][(i+1)%3]*r[1][(i+2)%3] - r[0][(i+2)%3]*r[1][(i+1)%3]
	}
	const degrees = 180 / math.Pi
	return Pose{
		Yaw:   math.Asin(min(max(r[2][0], -1), 1)) * degrees,
		Pitch: -math.Atan2(r[2][1], r[2][2]) * degrees,
		Roll:  math.Atan2(r[1][0], r[0][0]) * degrees,
	}, true
}

// unit makes a vector one of length 1; false for one that has no direction.
func unit(v *[3]float64) bool {
	n := math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])
	if !(n > 1e-9 && n < 1e9) {
		return false
	}
	for i := range v {
		v[i] /= n
	}
	return true
}
