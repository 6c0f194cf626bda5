//go:build linux

package main

import (
	"image"
	"image/color"
	"math"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/internal/guest/webcam"
	"github.com/ocellus-vision/ocellus/vision"
)

// usbCamera is a USB camera of 640×480 that shows a picture.
type usbCamera struct {
	*webcam.Camera
	name string
}

func newUSBCamera(t *testing.T, name string, m *vision.Image) usbCamera {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, m.W, m.H))
	for y := range m.H {
		for x := range m.W {
			r, g, b := m.At(x, y)
			picture.SetNRGBA(x, y, color.NRGBA{r, g, b, 255})
		}
	}
	c, err := webcam.New(name, "0001", picture, 10)
	if err != nil {
		t.Fatal(err)
	}
	return usbCamera{c, name}
}

// plug plugs it into a port, and returns its device as soon as that can be
// opened.
func (c usbCamera) plug(t *testing.T, port int) (path string) {
	t.Helper()
	if err := c.Plug(port); err != nil {
		t.Fatal(err)
	}
	c.until(t, func(found string) bool { path = found; return found != "" })
	return path
}

// unplug pulls it out, and waits until its device has gone.
func (c usbCamera) unplug(t *testing.T) {
	t.Helper()
	c.Unplug()
	c.until(t, func(found string) bool { return found == "" })
}

// until waits for what the kernel says of the camera's device: its path, or
// nothing where there is none.
func (c usbCamera) until(t *testing.T, is func(path string) bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		all, err := capture.Cameras()
		if err != nil {
			t.Fatal(err)
		}
		path := ""
		for _, cam := range all {
			if cam.Device == c.name && cam.Reason == "" {
				path = cam.Path
			}
		}
		if is(path) {
			return
		}
	}
	t.Fatalf("the kernel does not find the camera %s, or does not let go of it", c.name)
}

// colourBars is what TestDevice of package capture expects of a camera whose
// name says so.
func colourBars() *vision.Image {
	const level = 191
	m := vision.NewImage(640, 480)
	for y := range m.H {
		for x := range m.W {
			bar := x * 8 / m.W // white, yellow, cyan, green, magenta, red, blue, black
			m.Set(x, y, uint8(bar>>1&1^1)*level, uint8(bar>>2&1^1)*level, uint8(bar&1^1)*level)
		}
	}
	return m
}

// TestDeviceUSBFormats has the tests of capture read a USB camera, in YUYV and
// in JPEGs without Huffman tables.
func TestDeviceUSBFormats(t *testing.T) {
	binary, _ := device(t)
	cam := newUSBCamera(t, "USB bars", colourBars())
	cam.plug(t, 0)
	defer cam.unplug(t)
	out, err := exec.Command(filepath.Join(filepath.Dir(binary), "capture.test"), "-test.v", "-test.run", "^TestDevice$").CombinedOutput()
	if err != nil {
		t.Error(err)
	}
	for _, format := range []string{"yuyv", "mjpeg"} {
		if !regexp.MustCompile(`Device:USB bars Path:\S+ Format:` + format).Match(out) {
			t.Errorf("it is not read in %s", format)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}

// TestDeviceUSBFace shows a photograph to a USB camera. The face in it is
// where it is in the file, and is found again after the camera was pulled out
// and plugged in at another port, while yet another took its number.
func TestDeviceUSBFace(t *testing.T) {
	binary, dir := device(t)
	photograph, err := vision.Load(filepath.Join(dir, "face.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := photograph.Cut(vision.Box{X1: 900, Y1: 140, X2: 1540, Y2: 620}, 640, 480)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "face.png")
	if err := m.Save(file); err != nil {
		t.Fatal(err)
	}
	model := filepath.Join(dir, "models", "blazeface-front.onnx")
	want := detections(t, exec.Command(binary, "detect", "--json", "--tile", "off", "--model", model, file))[file]
	if len(want) != 1 {
		t.Fatalf("%d faces are in the file", len(want))
	}
	face, other := newUSBCamera(t, "USB face", m), newUSBCamera(t, "USB other", vision.NewImage(640, 480))
	for _, format := range []string{"yuyv", "mjpeg"} {
		t.Run(format, func(t *testing.T) {
			path := face.plug(t, 0)
			defer face.unplug(t)
			r := startRun(t, binary, "run", "--source", path, "--format", format, "--model", model, "--no-track")
			sameFace(t, r.untilSeen().Detection, want[0])
			face.unplug(t)
			r.untilState(capture.Gone)
			taken := other.plug(t, 0)
			defer other.unplug(t)
			back := face.plug(t, 1)
			t.Logf("it was %s, which is %s now, and is %s", path, taken, back)
			r.untilState(capture.OK)
			sameFace(t, r.untilSeen().Detection, want[0])
			if s := r.stop().Sources[0]; s.Reopened < 1 || s.Dropped.Failed > 0 || s.Width != 640 {
				t.Errorf("figures %+v", s)
			}
		})
	}
}

// sameFace allows what compression and rounding do to a box of some 250
// pixels.
func sameFace(t *testing.T, got, want vision.Detection) {
	t.Helper()
	far := 0.0
	for _, d := range []float32{got.Box.X1 - want.Box.X1, got.Box.Y1 - want.Box.Y1, got.Box.X2 - want.Box.X2, got.Box.Y2 - want.Box.Y2} {
		far = max(far, math.Abs(float64(d)))
	}
	if got.Label != "face" || far > 3 || math.Abs(float64(got.Score-want.Score)) > 0.03 {
		t.Errorf("%s %.3f at %v, in the file %.3f at %v", got.Label, got.Score, got.Box, want.Score, want.Box)
	}
	t.Logf("%.2f px and %.4f of score from the file's", far, got.Score-want.Score)
}
