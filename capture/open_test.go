package capture

import (
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	for spec, want := range map[string]string{
		"/a/50% of it @home.mp4":     "/a/50% of it @home.mp4",
		"camera:My Cam: left":        "camera:My Cam: left",
		"rtsp://me:hush@host/s":      "rtsp://me:xxxxx@host/s",
		"rtsp://me:hu%sh@host/s":     "rtsp://…@host/s",
		"gocv:rtsp://me:hush@host/s": "gocv:rtsp://me:xxxxx@host/s",
		"gocv:0":                     "gocv:0",
		"gocv:rtspsrc location=rtsp://me:hush@host/s user-pw=hush ! appsink": "gocv:rtspsrc location=rtsp://me:xxxxx@host/s user-pw=xxxxx ! appsink",
	} {
		if got := redact(spec); got != want {
			t.Errorf("%s: %s, want %s", spec, got, want)
		}
	}
}

func TestJetsonPipeline(t *testing.T) {
	p := jetsonPipeline(1, &Options{W: 1280, H: 720, FPS: 29.97})
	for _, want := range []string{"nvarguscamerasrc sensor-id=1 ! ", "framerate=29970/1000", "width=1280,height=720", " ! appsink drop=true"} {
		if !strings.Contains(p, want) {
			t.Errorf("no %q in %s", want, p)
		}
	}
}
