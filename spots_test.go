package ocellus_test

import (
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// spots is the model of testdata/spots.onnx, small enough to be kept here and
// yet a true detector: it finds bright squares of 4 to 6 pixels on black in a
// picture of 64×64, by the first moments of the brightness in windows of
// 16×16. Squares that a window cuts are held against it by their pixels in
// the window's outermost ring.
func spots(t testing.TB) *nn.Graph {
	return spotsOf(t, func(_ *nn.Builder, x nn.ValueID) nn.ValueID { return x })
}

// spotsOf is spots with something done to its picture first.
func spotsOf(t testing.TB, first func(*nn.Builder, nn.ValueID) nn.ValueID) *nn.Graph {
	t.Helper()
	const (
		side, win, stride, cells = 64, 16, 8, 64
		sum, sumX, sumY, ring    = 0, 1, 2, 3
	)
	b := nn.NewBuilder("spots")
	x := b.Input("image", nn.Float32, nn.D(1), nn.D(side), nn.D(side), nn.D(3))
	picture := first(b, x)
	weights := nn.NewTensor(nn.Float32, nn.S(4, 3, win, win))
	for c := range 3 {
		for i := range win {
			for j := range win {
				at := func(k int) *float32 { return &weights.F32()[((k*3+c)*win+i)*win+j] }
				*at(sum), *at(sumX), *at(sumY) = 1./3, (float32(j)+0.5-win/2)/3, (float32(i)+0.5-win/2)/3
				if i == 0 || j == 0 || i == win-1 || j == win-1 {
					*at(ring) = 1. / 3
				}
			}
		}
	}
	planes := b.Node("planes", &nn.Transpose{Perm: []int{0, 3, 1, 2}}, picture)
	conv := b.Node("moments", &nn.Conv{Group: 1, AutoPad: "NOTSET", Pads: []int{4, 4, 4, 4}, Strides: []int{stride, stride}},
		planes, b.Param("weights", weights))
	rows := b.Node("rows", &nn.Reshape{}, b.Node("pixels", &nn.Transpose{Perm: []int{0, 2, 3, 1}}, conv),
		b.Const("rows_shape", nn.T([]int64{1, cells, 4}, 3)))

	// product multiplies the moments of each window by a matrix with ones in
	// row k at the given columns.
	product := func(name string, k, cols int, at ...int) nn.ValueID {
		m := nn.NewTensor(nn.Float32, nn.S(4, cols))
		for _, c := range at {
			m.F32()[k*cols+c] = 1
		}
		return b.Node(name, &nn.MatMul{}, rows, b.Param(name+"_matrix", m))
	}
	every := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}
	moments := b.Node("first_moments", &nn.Add{}, product("mx", sumX, 16, 0, 4, 6, 8, 10, 12, 14), product("my", sumY, 16, 1, 5, 7, 9, 11, 13, 15))
	mass := b.Node("mass", &nn.Add{}, product("m", sum, 16, every...), b.Const("epsilon", nn.Scalar[float32](1e-3)))
	size := b.Node("size", &nn.Sqrt{}, b.Node("area", &nn.Relu{}, product("s", sum, 16, 2, 3)))
	boxes := b.Node("box", &nn.Add{}, b.Node("centroid", &nn.Div{}, moments, mass), size)

	score := nn.T([]float32{0.5, 0, 0, -4}, 4, 1)
	logits := b.Node("logit", &nn.Add{}, b.Node("evidence", &nn.MatMul{}, rows, b.Param("evidence_matrix", score)), b.Const("bias", nn.Scalar[float32](-4)))

	// The head has two anchors a cell; here they are twins.
	twice := func(name string, v nn.ValueID, width int64) nn.ValueID {
		return b.Node(name, &nn.Reshape{}, b.Node(name+"_twice", &nn.Concat{Axis: 2}, v, v),
			b.Const(name+"_shape", nn.T([]int64{1, 2 * cells, width}, 3)))
	}
	b.Output(twice("scores", logits, 1), twice("boxes", boxes, 16))
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	props, err := spotsMeta().Props()
	if err != nil {
		t.Fatal(err)
	}
	return g.WithMeta(props)
}

func spotsMeta() *meta.Model {
	return &meta.Model{
		Task:       "detect",
		Preprocess: &vision.Preprocess{Width: 64, Height: 64, Scale: [3]float32{1. / 255, 1. / 255, 1. / 255}, Layout: vision.NHWC},
		Head: &head.Config{Kind: head.BlazeFace, Strides: []int{8}, Scores: []string{"scores"}, Boxes: []string{"boxes"},
			Score: 0.5, IoU: 0.3, NMS: vision.Weighted, Smallest: 0.0625, Largest: 0.1, Looks: []float32{0.08}, Confirm: 0.5},
		Labels:     []string{"spot"},
		Provenance: &meta.Provenance{Source: "computed by Ocellus's own tests", Licence: "Apache-2.0"},
	}
}

// TestSpotsFile keeps the file equal to the model above.
func TestSpotsFile(t *testing.T) {
	data, err := onnx.Encode(spots(t))
	if err != nil {
		t.Fatal(err)
	}
	check.Golden(t, "testdata/spots.onnx", data)
}

// night is a black picture with white squares.
func night(w, h int, squares ...vision.Box) *vision.Image {
	m := vision.NewImage(w, h)
	for _, s := range squares {
		for y := int(s.Y1); y < int(s.Y2); y++ {
			for x := int(s.X1); x < int(s.X2); x++ {
				m.Set(x, y, 255, 255, 255)
			}
		}
	}
	return m
}

// square is a box of whole pixels.
func square(x, y, side float32) vision.Box {
	return vision.Box{X1: x, Y1: y, X2: x + side, Y2: y + side}
}
