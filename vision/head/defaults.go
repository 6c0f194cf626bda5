package head

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/vision"
)

// Defaults returns the configuration that published models of a kind have in
// common: names of outputs, strides, thresholds. What differs from model to
// model, such as the anchors of a YOLO, is left for the caller, and Check
// asks for it.
func Defaults(k Kind) Config {
	c := Config{Kind: k, Score: 0.5, IoU: 0.45}
	switch k {
	case BlazeFace:
		c.IoU, c.NMS = 0.3, vision.Weighted
	case UltraFace:
		c.Scores, c.Boxes, c.Score, c.IoU = []string{"scores"}, []string{"boxes"}, 0.7, 0.3
	case SSD:
		c.Scores, c.Boxes, c.Variances = []string{"scores"}, []string{"boxes"}, []float32{0.1, 0.2}
	case YuNet:
		c.Strides, c.Score, c.IoU = []int{8, 16, 32}, 0.7, 0.3
		for _, s := range c.Strides {
			c.Scores = append(c.Scores, fmt.Sprintf("cls_%d", s))
			c.Objects = append(c.Objects, fmt.Sprintf("obj_%d", s))
			c.Boxes = append(c.Boxes, fmt.Sprintf("bbox_%d", s))
			c.Points = append(c.Points, fmt.Sprintf("kps_%d", s))
		}
	case YOLO:
		c.Score, c.ClassScores = 0.3, Sigmoid
	case FastestV2:
		c.Strides, c.Score, c.IoU = []int{16, 32}, 0.3, 0.4
	case FastestDet:
		c.Strides, c.Score = []int{16}, 0.5
	}
	return c
}

// Labels returns the classes of the kinds that find one thing only, nil for
// the others.
func (k Kind) Labels() []string {
	switch k {
	case BlazeFace, UltraFace, YuNet:
		return []string{"face"}
	}
	return nil
}

// Landmarks returns the names of the landmarks that a kind finds, nil for
// none.
func (k Kind) Landmarks() []string {
	switch k {
	case BlazeFace:
		return BlazeFaceLandmarks()
	case YuNet:
		return YuNetLandmarks()
	}
	return nil
}
