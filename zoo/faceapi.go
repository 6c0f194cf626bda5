package zoo

import (
	"fmt"
	"maps"
	"math"
	"path"
	"strings"

	"github.com/ocellus-vision/ocellus/format/tfjs"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// faceAPI are four networks whose weights the package carries for
// TensorFlow.js, most of them quantised to 8 bits. The networks are ours
// (package models); the figures that go with them, of pictures and anchors,
// are as that package's code has them, unless said otherwise.
func faceAPI() []Entry {
	return []Entry{face128(), tinyFace(), faceLandmark68(), ssdMobileNetV1()}
}

// faceAPIEntry is what the four have in common. name is that of the weights
// in the package; the hashes are of the weights and of their manifest.
func faceAPIEntry(name, weights, manifest string, network func(models.Params) (*nn.Graph, error)) Entry {
	base := "package/model/" + name + "_model"
	e := Entry{
		Package: Package{"@vladmandic/face-api", "1.7.15",
			"sha512-WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw=="},
		File:   base + ".bin",
		SHA256: weights,
		Beside: []Source{{base + "-weights_manifest.json", manifest}},
	}
	e.Build = func(file []byte, beside [][]byte) (*nn.Graph, error) {
		return fromTFJS(base, file, beside[0], network)
	}
	e.Meta.Provenance = &meta.Provenance{
		Source:  "npm " + e.Package.String() + " " + e.File,
		SHA256:  weights,
		Licence: "MIT",
		Changes: "the network is written by Ocellus, the weights are the package's, as 32-bit floats",
	}
	return e
}

// fromTFJS gives a network its weights. Weights that it does not use are an
// error: either the network or the package is not what it is taken for.
func fromTFJS(base string, weights, manifest []byte, network func(models.Params) (*nn.Graph, error)) (*nn.Graph, error) {
	m, err := tfjs.ReadManifest(base+"-weights_manifest.json", manifest)
	if err != nil {
		return nil, err
	}
	if s := m.Shards(); len(s) != 1 || s[0] != path.Base(base)+".bin" {
		return nil, fmt.Errorf("the manifest names the shards %v", s)
	}
	values, err := m.Read([][]byte{weights})
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(values, func(name string, _ *nn.Tensor) bool { return isLeftover(name) })
	source := models.FromTensorFlow(values)
	g, err := network(source.Param)
	if err != nil {
		return nil, err
	}
	if left := source.Unused(); len(left) > 0 {
		return nil, fmt.Errorf("the network does not use the weights %s", strings.Join(left, ", "))
	}
	return g, nil
}

// isLeftover reports whether a name is that of a constant of TensorFlow's graph
// of the SSD, such as the size of its input or its prior boxes, and no weight.
func isLeftover(name string) bool {
	return strings.HasPrefix(name, "Preprocessor/") || strings.HasPrefix(name, "Postprocessor/") || strings.HasPrefix(name, "Output/") ||
		strings.HasPrefix(name, "concat") || strings.Contains(name, "/stack") || strings.Contains(name, "/strided_slice")
}

// dlibMean is the mean colour that dlib subtracts.
var dlibMean = [3]float32{122.782, 117.001, 104.298}

func uniform(v float32) [3]float32 { return [3]float32{v, v, v} }

func face128() Entry {
	e := faceAPIEntry("face_recognition", "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
		"cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b", models.Face128)
	e.Name, e.Summary = "face-128", "tells people apart by their faces: 128 numbers each; 150×150"
	m := &e.Meta
	m.Task = "embed"
	m.Preprocess = &vision.Preprocess{Width: models.Face128Side, Height: models.Face128Side, Fit: vision.Stretch,
		// dlib, where the network was trained, divides by 256; face-api.js by 255.
		Mean: dlibMean, Scale: uniform(1.0 / 256)}
	m.Landmarks = dlibTemplate()
	m.Embedding = &meta.Embedding{Metric: meta.Euclidean, Threshold: 0.6, FAR: face128FAR(), FAROf: face128FAROf}
	m.Metrics = map[string]float64{"lfw_accuracy_folds_1_to_8": 0.9892}
	p := m.Provenance
	p.Licence = "public domain (dlib's weights), MIT (the package)"
	p.Author = "Davis E. King (dlib); converted for face-api.js by Vincent Mühler, packaged by Vladimir Mandic"
	p.Data = "about 3 million faces of 7,485 people: FaceScrub, VGG Face, and pictures gathered from the web"
	p.Paper = "King, High Quality Face Recognition with Deep Metric Learning, dlib blog, 12 February 2017"
	p.Notes = "weights quantised to 8 bits by the package; published accuracy on LFW 99.38 % (unquantised, dlib's own detector and landmarks); errs more often among people alike in sex, age and origin than in a mixed crowd"
	return e
}

const face128FAROf = "LFW folds 1 to 8, 18,913,702 pairs of two people; blazeface-back, face-landmark-68"

// face128FAR is what ocellus-host eval faces --score 0.3 measured of the rates
// of false accepts; docs/results/eval-faces-face-128.md has the whole.
func face128FAR() []meta.FAR {
	return []meta.FAR{
		{Threshold: 0.38, Rate: 9.5e-07}, {Threshold: 0.4, Rate: 2.6e-06}, {Threshold: 0.42, Rate: 8e-06}, {Threshold: 0.44, Rate: 2.2e-05}, {Threshold: 0.46, Rate: 4.8e-05},
		{Threshold: 0.48, Rate: 0.00011}, {Threshold: 0.5, Rate: 0.00023}, {Threshold: 0.52, Rate: 0.00044}, {Threshold: 0.54, Rate: 0.00085}, {Threshold: 0.56, Rate: 0.0016},
		{Threshold: 0.58, Rate: 0.003}, {Threshold: 0.6, Rate: 0.0057}, {Threshold: 0.62, Rate: 0.01}, {Threshold: 0.64, Rate: 0.019}, {Threshold: 0.66, Rate: 0.032},
		{Threshold: 0.68, Rate: 0.053}, {Threshold: 0.7, Rate: 0.083}, {Threshold: 0.72, Rate: 0.12}, {Threshold: 0.74, Rate: 0.18}, {Threshold: 0.76, Rate: 0.24},
		{Threshold: 0.78, Rate: 0.32}, {Threshold: 0.8, Rate: 0.4},
	}
}

func tinyFace() Entry {
	const side = 416
	e := faceAPIEntry("tiny_face_detector", "b7503ce7df31039b1c43316a9b865cab6a70dd748cc602d3fa28b551503c3871",
		"5d1af4849ac48d5b985f4a9b16010c512353ddd6fcc63d50fd0bc9e9e64296e5",
		func(p models.Params) (*nn.Graph, error) { return models.TinyFace(p, side) })
	e.Name, e.Summary = "tiny-face", "faces, quickly, without landmarks; 416×416"
	m := &e.Meta
	m.Task = "detect"
	m.Preprocess = &vision.Preprocess{Width: side, Height: side, Fit: vision.Letterbox,
		Mean: [3]float32{117.001, 114.697, 97.404}, Scale: uniform(1.0 / 255)}
	// The anchors are published in cells.
	var anchors []head.Size
	for _, a := range []head.Size{{W: 1.603231, H: 2.094468}, {W: 6.041143, H: 7.080126}, {W: 2.882459, H: 3.518061},
		{W: 4.266906, H: 5.178857}, {W: 9.041765, H: 10.66308}} {
		anchors = append(anchors, head.Size{W: a.W * models.TinyFaceStride, H: a.H * models.TinyFaceStride})
	}
	m.Head = &head.Config{Kind: head.YOLO, Outputs: []string{"cells"}, Strides: []int{models.TinyFaceStride},
		Anchors: [][]head.Size{anchors}, ClassScores: head.Sigmoid, Layout: vision.NCHW, Score: 0.5, IoU: 0.4}
	m.Labels = []string{"face"}
	m.Provenance.Author = "Vincent Mühler (face-api.js); packaged by Vladimir Mandic"
	m.Provenance.Data = "about 14,000 pictures with faces marked by the author, who does not publish them"
	m.Provenance.Notes = "boxes are drawn close around the landmarks of a face, so that they suit face-landmark-68"
	return e
}

func faceLandmark68() Entry {
	e := faceAPIEntry("face_landmark_68", "4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b",
		"ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9", models.FaceLandmark68)
	e.Name, e.Summary = "face-landmark-68", "68 points of a face that a detector has found; 112×112"
	m := &e.Meta
	m.Task = "landmarks"
	m.Preprocess = &vision.Preprocess{Width: models.FaceLandmark68Side, Height: models.FaceLandmark68Side, Fit: vision.Letterbox,
		Mean: dlibMean, Scale: uniform(1.0 / 255)}
	m.Landmarks = &meta.Landmarks{Names: ibugNames(0, 68)}
	m.Provenance.Author = "Vincent Mühler (face-api.js); packaged by Vladimir Mandic"
	m.Provenance.Data = "about 35,000 faces with landmarks marked by the author, who does not publish them"
	return e
}

func ssdMobileNetV1() Entry {
	e := faceAPIEntry("ssd_mobilenetv1", "2835640602d53718aa6ae9a42896327eaa21beefed056c218d32ca7d79e1e2f8",
		"888f744dffbc84f5f060d1f8427d9742341943a2dfaaf9205d10029b7e7a2955", models.SSDMobileNetV1)
	e.Name, e.Summary = "ssd-mobilenetv1", "faces, with care, without landmarks; 512×512"
	m := &e.Meta
	m.Task = "detect"
	const half = 127.5
	m.Preprocess = &vision.Preprocess{Width: models.SSDMobileNetV1Side, Height: models.SSDMobileNetV1Side, Fit: vision.Letterbox,
		Mean: uniform(half), Scale: uniform(1 / half)}
	m.Head = &head.Config{Kind: head.SSD, Scores: []string{"scores"}, Boxes: []string{"boxes"},
		Strides: []int{16, 32, 64, 128, 256, 512}, Anchors: ssdAnchors(), Variances: []float32{0.1, 0.2},
		ClassScores: head.Sigmoid, Score: 0.5, IoU: 0.5}
	m.Labels = []string{"face"}
	m.Provenance.Author = "yeephycho (tensorflow-face-detection); converted for face-api.js by Vincent Mühler, packaged by Vladimir Mandic"
	m.Provenance.Data = "WIDER FACE, whose pictures are for research"
	return e
}

// ibugNames names points of the iBUG 300-W scheme of 68: jaw 0–16, brows
// 17–26, nose 27–35, eyes 36–47, mouth 48–67, numbered from the left of the
// picture to its right.
func ibugNames(from, to int) []string {
	var names []string
	for i := from; i < to; i++ {
		names = append(names, fmt.Sprintf("ibug_%d", i))
	}
	return names
}

// ssdAnchors are the sizes of the prior boxes of the six layers, by the rule
// of TensorFlow's detectors: scales from 0.2 to 0.95 of the input in even
// steps. Each layer has a square of its scale, one of the geometric mean with
// the next, and boxes of the ratios 2, 1/2, 3 and 1/3. The first layer has a
// square of half its scale, and the ratios 2 and 1/2.
func ssdAnchors() [][]head.Size {
	scale := func(layer int) float64 { return 0.2 + 0.15*float64(layer) }
	size := func(scale, ratio float64) head.Size {
		side := scale * models.SSDMobileNetV1Side
		return head.Size{W: float32(side * math.Sqrt(ratio)), H: float32(side / math.Sqrt(ratio))}
	}
	layers := [][]head.Size{{size(scale(0)/2, 1), size(scale(0), 2), size(scale(0), 0.5)}}
	for i := 1; i < 6; i++ {
		s, next := scale(i), min(scale(i+1), 1)
		layers = append(layers, []head.Size{size(s, 1), size(math.Sqrt(s*next), 1), size(s, 2), size(s, 0.5), size(s, 3), size(s, 0.3333)})
	}
	return layers
}
