package zoo

import (
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// dlibMeanFace are the mean places of points 17 to 67 of the iBUG scheme in
// faces made upright, as dlib aligns by them (extract_image_chips): shares of
// the side of a square about the face without its jaw.
var dlibMeanFace = [...][2]float64{
	{0.000213256, 0.106454}, {0.0752622, 0.038915}, {0.18113, 0.0187482}, {0.29077, 0.0344891},
	{0.393397, 0.0773906}, {0.586856, 0.0773906}, {0.689483, 0.0344891}, {0.799124, 0.0187482},
	{0.904991, 0.038915}, {0.98004, 0.106454}, {0.490127, 0.203352}, {0.490127, 0.307009},
	{0.490127, 0.409805}, {0.490127, 0.515625}, {0.36688, 0.587326}, {0.426036, 0.609345},
	{0.490127, 0.628106}, {0.554217, 0.609345}, {0.613373, 0.587326}, {0.121737, 0.216423},
	{0.187122, 0.178758}, {0.265825, 0.179852}, {0.334606, 0.231733}, {0.260918, 0.245099},
	{0.182743, 0.244077}, {0.645647, 0.231733}, {0.714428, 0.179852}, {0.793132, 0.178758},
	{0.858516, 0.216423}, {0.79751, 0.244077}, {0.719335, 0.245099}, {0.254149, 0.780233},
	{0.340985, 0.745405}, {0.428858, 0.727388}, {0.490127, 0.742578}, {0.551395, 0.727388},
	{0.639268, 0.745405}, {0.726104, 0.780233}, {0.642159, 0.864805}, {0.556721, 0.902192},
	{0.490127, 0.909281}, {0.423532, 0.902192}, {0.338094, 0.864805}, {0.290379, 0.784792},
	{0.428096, 0.778746}, {0.490127, 0.785343}, {0.552157, 0.778746}, {0.689874, 0.784792},
	{0.553364, 0.824182}, {0.490127, 0.831803}, {0.42689, 0.824182},
}

const (
	dlibFirst = 17 // point of the first row of dlibMeanFace
	// dlibPadding is what lies around that square in a chip for the network, on
	// each side.
	dlibPadding = 0.25
)

// dlibTemplate is where face-128 wants a face's landmarks: those of the 68
// that dlib aligns by (not the jaw, the brows and the lower lip), and for
// detectors that find fewer, what these find, at the places that follow.
func dlibTemplate() *meta.Landmarks {
	l := &meta.Landmarks{}
	for i := 27; i < 65; i++ {
		if i < 55 || i > 59 {
			l.Names = append(l.Names, ibugNames(i, i+1)...)
			l.Template = append(l.Template, dlibPlace(i))
		}
	}
	for _, p := range []struct {
		name string
		of   []int // points whose middle it is
	}{
		{"right_eye", []int{36, 37, 38, 39, 40, 41}}, {"left_eye", []int{42, 43, 44, 45, 46, 47}}, {"nose_tip", []int{30}},
		{"right_mouth_corner", []int{48}}, {"left_mouth_corner", []int{54}}, {"mouth_centre", []int{62, 66}},
	} {
		l.Names = append(l.Names, p.name)
		l.Template = append(l.Template, dlibPlace(p.of...))
	}
	return l
}

// dlibPlace is the middle of points, in pixels of face-128's input.
func dlibPlace(points ...int) vision.Point {
	var x, y float64
	for _, i := range points {
		x += dlibMeanFace[i-dlibFirst][0] / float64(len(points))
		y += dlibMeanFace[i-dlibFirst][1] / float64(len(points))
	}
	const scale = models.Face128Side / (1 + 2*dlibPadding)
	return vision.Point{X: float32((x + dlibPadding) * scale), Y: float32((y + dlibPadding) * scale)}
}
