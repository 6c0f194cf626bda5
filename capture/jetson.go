package capture

import (
	"fmt"
	"strconv"
	"strings"
)

// openJetson reads a spec such as jetson-csi:0 by GStreamer, which NVIDIA's
// camera software is a part of, through OpenCV.
func openJetson(spec, rest string, o Options) (Source, error) {
	sensor, err := strconv.Atoi(rest)
	if rest != "" && (err != nil || sensor < 0) {
		return nil, &ErrCapture{Source: spec, Reason: Invalid, Why: "ribbon cameras have numbers", Cure: "as in jetson-csi:0"}
	}
	return openGocv(spec, jetsonPipeline(sensor, &o), o)
}

// jetsonPipeline has the sensor read at the rate that is wanted, scaled by the
// Jetson's converter, and only the newest frame kept.
func jetsonPipeline(sensor int, o *Options) string {
	w, h, fps := o.W, o.H, o.FPS
	if w == 0 {
		w, h = 640, 480
	}
	if fps == 0 {
		fps = defaultCSIRate
	}
	return strings.Join([]string{
		fmt.Sprintf("nvarguscamerasrc sensor-id=%d", sensor),
		fmt.Sprintf("video/x-raw(memory:NVMM),format=NV12,framerate=%d/1000", int(fps*1000+0.5)),
		"nvvidconv",
		fmt.Sprintf("video/x-raw,width=%d,height=%d,format=BGRx", w, h),
		"videoconvert", "video/x-raw,format=BGR", "appsink drop=true max-buffers=1 sync=false",
	}, " ! ")
}
