package meta

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
)

// KnownModel is a file that others published without Ocellus's metadata, and
// what that would say. Preprocessing, anchors and thresholds are those of the
// code that was published with it.
type KnownModel struct {
	Name string // what the file holds, in a word
	Meta Model  // Provenance.SHA256 is the file's
}

// Known returns what there is to know of a file by the hash of its bytes. The
// model is the caller's to change.
func Known(sum [sha256.Size]byte) (*Model, bool) {
	want := hex.EncodeToString(sum[:])
	for _, k := range KnownModels() {
		if k.Meta.Provenance.SHA256 == want {
			return &k.Meta, true
		}
	}
	return nil, false
}

// KnownModels returns the files that are known by hash.
func KnownModels() []KnownModel {
	return []KnownModel{
		{"yunet-n-320", yuNet(320, "onnx/yunet_n_320_320.onnx",
			"81dbde155e982455488235acb8ec2dec5d647edf7cf7080d33e4abb69b93a0d2")},
		{"yunet-n", yuNet(640, "onnx/yunet_n_dynamic.onnx",
			"104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12")},
		{"yunet-s-int8", yuNetS()},
		{"ultraface-rfb-320", ultraFace(head.Defaults(head.UltraFace), "models/onnx/version-RFB-320.onnx",
			"34cd7e60aeff28744c657de7a3dc64e872d506741de66987f3426f2b79f88017")},
		{"ultraface-slim-320", ultraFace(slimHead(), "models/onnx/version-slim-320_simplified.onnx",
			"0863d8fedffb8692c3fef345193c7befc9b513a66ac4ff87bdecf47452fa272f")},
		{"yolo-fastestv2", yoloFastestV2()},
		{"fastestdet", fastestDet()},
	}
}

const (
	widerFace = "WIDER FACE (training part)"
	coco      = "COCO train2017"
)

// faces is what the detectors of faces have in common.
func faces(h head.Config, p vision.Preprocess) Model {
	m := Model{Task: "detect", Preprocess: &p, Head: &h, Labels: h.Kind.Labels()}
	if names := h.Kind.Landmarks(); names != nil {
		m.Landmarks = &Landmarks{Names: names}
	}
	return m
}

func yuNet(side int, file, sum string) Model {
	m := faces(head.Defaults(head.YuNet), vision.Preprocess{Width: side, Height: side, Colour: vision.BGR, Scale: [3]float32{1, 1, 1}})
	m.Stride = 32
	m.Provenance = &Provenance{
		Source:  "ShiqiYu/libfacedetection.train@0047ac24afb1 " + file,
		SHA256:  sum,
		Licence: "Apache-2.0 by the repository's LICENSE (its README says BSD)",
		Author:  "Shiqi Yu and others",
		Data:    widerFace,
		Paper:   "Wu, Peng, Yu, YuNet: A Tiny Millisecond-level Face Detector, 2023",
		Notes:   "its repository states WIDER FACE val .892/.883/.811 at the pictures' own size",
	}
	return m
}

func yuNetS() Model {
	m := yuNet(640, "", "49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10")
	m.Provenance = &Provenance{
		Source:  "johnraivenolazo/face-antispoof-onnx@2b9830bb0ecc models/detector_quantized.onnx",
		SHA256:  m.Provenance.SHA256,
		Licence: "Apache-2.0 by the repository's LICENSE",
		Author:  "Shiqi Yu and others; weights in int8 by John Raivenolazo",
		Data:    widerFace + ", as far as is known: the repository does not say",
		Paper:   m.Provenance.Paper,
	}
	return m
}

// slimHead is that of an export which leaves the decoding to the caller.
func slimHead() head.Config {
	h := head.Defaults(head.UltraFace)
	h.Kind, h.Variances, h.ClipAnchors = head.SSD, []float32{0.1, 0.2}, true
	h.Strides = []int{8, 16, 32, 64}
	h.Anchors = [][]head.Size{{{W: 10, H: 10}, {W: 16, H: 16}, {W: 24, H: 24}}, {{W: 32, H: 32}, {W: 48, H: 48}},
		{{W: 64, H: 64}, {W: 96, H: 96}}, {{W: 128, H: 128}, {W: 192, H: 192}, {W: 256, H: 256}}}
	return h
}

func ultraFace(h head.Config, file, sum string) Model {
	const scale = 1.0 / 128
	m := faces(h, vision.Preprocess{Width: 320, Height: 240, Mean: [3]float32{127, 127, 127}, Scale: [3]float32{scale, scale, scale}, Pad: 127})
	m.Labels = head.UltraFace.Labels()
	m.Provenance = &Provenance{
		Source:  "Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB@dffdddda9794 " + file,
		SHA256:  sum,
		Licence: "MIT",
		Author:  "Linzaer",
		Data:    widerFace,
		Notes:   "its repository states WIDER FACE val .787/.698/.438 for RFB, .770/.671/.395 for slim",
	}
	return m
}

// cocoDetector is a detector of COCO's classes that takes a picture stretched
// to 352×352, BGR in 0..1.
func cocoDetector(h head.Config, p Provenance) Model {
	const side, scale = 352, 1.0 / 255
	p.Author, p.Data = "dog-qiuqiu", coco
	return Model{
		Task: "detect", Head: &h, Labels: COCO(), Stride: 32, Provenance: &p,
		Preprocess: &vision.Preprocess{Width: side, Height: side, Fit: vision.Stretch, Colour: vision.BGR, Scale: [3]float32{scale, scale, scale}},
	}
}

func yoloFastestV2() Model {
	h := head.Defaults(head.FastestV2)
	h.Anchors = [][]head.Size{{{W: 12.64, H: 19.39}, {W: 37.88, H: 51.48}, {W: 55.71, H: 138.31}},
		{{W: 126.91, H: 78.23}, {W: 131.57, H: 214.55}, {W: 279.92, H: 258.87}}}
	return cocoDetector(h, Provenance{
		Source:  "hpc203/yolo-fastestv2-opencv@f865b7c18780 model.onnx, of dog-qiuqiu/Yolo-FastestV2",
		SHA256:  "27c34bbd0d054cf799ab45d31cba11dcf86cf482ccfb43fa002349f495db7671",
		Licence: "none stated, by either repository",
		Notes:   "the author states 24.1 % mAP@.5 on COCO val2017",
	})
}

func fastestDet() Model {
	return cocoDetector(head.Defaults(head.FastestDet), Provenance{
		Source:  "dog-qiuqiu/FastestDet@50473cd155cb example/, FastestDet.onnx",
		SHA256:  "31cb14c017fce347cb4c846ec62fdf00d76bb3beecdf4be21e7116ac67feb880",
		Licence: "BSD-3-Clause",
		Notes:   "the author states 25.3 % mAP@.5 and 13.0 % mAP on COCO val2017",
	})
}
