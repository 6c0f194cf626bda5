//go:build !gocv || !cgo

package capture

// gocvBuilt says whether this program has OpenCV.
const gocvBuilt = false

func openGocv(spec, _ string, _ Options) (Source, error) {
	return nil, &ErrCapture{
		Source: redact(spec), Reason: Unsupported, Why: "this program was built without OpenCV",
		Cure: "build one with it: make build-gocv (needs libopencv-dev; CGO_ENABLED=1 go build -tags gocv,gocv_specific_modules,gocv_videoio)",
	}
}
