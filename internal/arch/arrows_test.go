package arch

import "strings"

// arrows lists, for every package, the packages of Ocellus that it may import
// ("." is the root package). Packages that stand alone have an empty list.
// What a package's own tests import besides is in testArrows.
var arrows = table(`
	kernels
	nn               kernels
	nn/plan          nn kernels internal/hugepage internal/splitmix
	format
	format/npy       format nn internal/atomicfile
	format/onnx      format nn internal/atomicfile
	format/tflite    format nn
	format/tfjs      format nn
	format/darknet   format nn
	format/ncnn      format nn
	models           nn internal/splitmix
	quant            nn nn/plan

	vision           kernels internal/atomicfile
	vision/head      vision
	vision/meta      vision vision/head
	face             vision vision/head vision/meta nn nn/plan
	data             vision internal/splitmix
	data/augment     vision data internal/splitmix
	data/check       vision data
	data/feed        vision data data/augment
	eval             vision data
	eval/page        eval data vision report
	report           vision internal/atomicfile
	train            nn nn/plan data data/augment data/feed vision train/loss train/optim internal/atomicfile
	train/loss
	train/optim      nn nn/plan

	capture          vision capture/avi capture/jpeg capture/v4l2
	capture/avi
	capture/jpeg
	capture/v4l2
	gallery          kernels
	pipeline         capture capture/jpeg vision vision/head vision/meta nn nn/plan face gallery
	                 pipeline/track pipeline/zone pipeline/motion pipeline/vote
	pipeline/track   vision
	pipeline/zone    vision
	pipeline/motion  vision
	pipeline/vote
	pipeline/identify  pipeline pipeline/vote capture vision face
	pipeline/out     pipeline vision capture/avi internal/atomicfile
	serve            pipeline pipeline/identify pipeline/out capture vision gallery report
	config           pipeline/zone vision

	.                kernels nn nn/plan format format/onnx vision vision/head vision/meta face
	zoo              nn nn/plan format format/onnx format/tfjs models vision vision/head vision/meta internal/atomicfile internal/home internal/golden

	internal/arch
	internal/atomicfile
	internal/check
	internal/cli     kernels nn nn/plan format format/npy format/onnx vision vision/head vision/meta internal/home
	internal/conformance  format format/onnx nn nn/plan
	internal/exact
	internal/golden  nn nn/plan vision/meta internal/splitmix
	internal/guest
	internal/guest/init
	internal/guest/webcam
	internal/home
	internal/hugepage
	internal/layers  kernels nn nn/plan format/onnx
	internal/mca
	internal/splitmix
	internal/watchdog

	cmd/ocellus      . kernels nn nn/plan format format/npy format/onnx vision vision/head vision/meta config internal/watchdog
	                 face data eval eval/page capture gallery pipeline pipeline/identify pipeline/motion pipeline/out pipeline/track pipeline/vote pipeline/zone serve report
	                 internal/atomicfile internal/cli internal/home internal/golden internal/hugepage
	cmd/ocellus-host . kernels nn nn/plan format format/npy format/onnx vision vision/head vision/meta
	                 face data eval eval/page capture gallery pipeline pipeline/motion pipeline/track pipeline/vote pipeline/zone serve report
	                 internal/atomicfile internal/cli internal/home internal/golden
	                 format/tflite format/tfjs format/darknet format/ncnn models quant train train/optim zoo internal/conformance
	                 data/augment data/check data/feed
`)

// testArrows lists what tests of a package may import besides what the
// package itself may, itself, and internal/check.
var testArrows = table(`
	nn/plan          format/onnx models quant
	models           format/onnx nn/plan
	format/onnx      nn/plan
	vision/head      format/onnx format/npy nn/plan nn vision/meta
	quant            format/onnx models
	train            format/onnx models
	internal/exact   kernels nn nn/plan format/onnx models quant vision/meta internal/golden
	internal/golden  format/onnx models quant kernels vision
	.                format/npy report
	internal/conformance  format/npy
	config           pipeline/motion
	data/check       data/augment
	cmd/ocellus      capture/avi internal/guest/webcam
	pipeline/out     capture
`)

// deviceRoots are what runs on the device, and hostOnly what must never be
// linked there, by whatever way.
var (
	deviceRoots = []string{"cmd/ocellus", "."}
	hostOnly    = []string{"train", "train/loss", "train/optim", "quant", "zoo", "format/tflite", "format/tfjs", "format/darknet", "format/ncnn"}
)

// testOnly is what no code outside tests imports.
const testOnly = "internal/check"

// unsafeUsers are the packages that may go around the type system: the
// kernels, the tensors and arenas that they run on, requests to drivers, advice
// about pages, and the fences of tests.
var unsafeUsers = []string{"kernels", "nn", "nn/plan", "capture/v4l2", "internal/check", "internal/hugepage"}

// singleThreaded are packages that start no goroutines: workers are the
// caller's (nn/plan) to hand out.
var singleThreaded = []string{"kernels", "nn", "vision", "vision/head", "vision/meta", "capture/avi", "capture/jpeg", "capture/v4l2",
	"pipeline/motion", "pipeline/track", "pipeline/vote", "pipeline/zone"}

// inits lists the files that have a func init, and why.
var inits = map[string]string{
	"nn/ops.go": "an index of the op table by name and by type; the table itself is the list",
}

// folders are the folders without Go files of their own. Below a testdata
// folder anything may lie.
var folders = []string{".ci", "cmd", "docs", "docs/results", "internal", "models/weights", "scripts", "serve/page"}

// unwatched are folders that git ignores.
var unwatched = []string{".git", "bin", "demo-out", "node_modules"}

// table reads lines of a package and its imports; a line that is indented
// further goes on with the one before.
func table(s string) map[string][]string {
	t, last := map[string][]string{}, ""
	for _, line := range strings.Split(s, "\n") {
		f := strings.Fields(line)
		switch {
		case len(f) == 0:
		case strings.HasPrefix(line, "\t "):
			t[last] = append(t[last], f...)
		default:
			last = f[0]
			t[last] = append([]string{}, f[1:]...)
		}
	}
	return t
}
