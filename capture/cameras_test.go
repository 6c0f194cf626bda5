package capture

import (
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/capture/v4l2"
)

func offer(c v4l2.FourCC, w, h int, rates ...float64) v4l2.Format {
	return v4l2.Format{FourCC: c, Sizes: []v4l2.Size{{W: w, H: h, Rates: rates}}}
}

func TestChoose(t *testing.T) {
	uvc := []v4l2.Format{offer(v4l2.MJPEG, 1280, 720, 30), offer(v4l2.YUYV, 1280, 720, 10), offer(v4l2.YUYV, 640, 480, 30)}
	uvc[1].Sizes = append(uvc[1].Sizes, uvc[2].Sizes...)
	ranged := []v4l2.Format{{FourCC: v4l2.Grey, Sizes: []v4l2.Size{{W: 16, H: 16, MaxW: 800, MaxH: 600, Rates: []float64{60}}}}}
	for _, c := range []struct {
		name   string
		fs     []v4l2.Format
		want   Format
		w, h   int
		fps    float64
		expect v4l2.FourCC
	}{
		{"not compressed where it is fast enough", uvc, AnyFormat, 640, 480, 30, v4l2.YUYV},
		{"JPEG where bare pixels are too slow", uvc, AnyFormat, 1280, 720, 30, v4l2.MJPEG},
		{"bare pixels at a low rate", uvc, AnyFormat, 1280, 720, 10, v4l2.YUYV},
		{"as asked", uvc, MJPEG, 1280, 720, 10, v4l2.MJPEG},
		{"no rate is high enough", uvc, AnyFormat, 640, 480, 90, v4l2.YUYV},
		{"no such size", uvc, AnyFormat, 1, 1, 30, v4l2.YUYV},
		{"a range of sizes", ranged, AnyFormat, 640, 480, 30, v4l2.Grey},
		{"not offered", ranged, RGB, 640, 480, 30, 0},
		{"nothing that is read", []v4l2.Format{offer('H'|'2'<<8|'6'<<16|'4'<<24, 640, 480, 30)}, AnyFormat, 640, 480, 30, 0},
	} {
		if got, ok := choose(c.fs, c.want, c.w, c.h, c.fps); got != c.expect || ok != (c.expect != 0) {
			t.Errorf("%s: %v, want %v", c.name, got, c.expect)
		}
	}
}

func TestPick(t *testing.T) {
	eye := Camera{Path: "/dev/video0", Device: "Eye", Names: []string{"/dev/v4l/by-id/usb-ACME_1234-video-index0"}}
	other := Camera{Path: "/dev/video4", Device: "Eyelid"}
	shut := Camera{Path: "/dev/video2", Device: "Shut", Reason: Permission, Problem: "may not be opened"}
	for _, c := range []struct {
		name, text, path string
		cameras          []Camera
		reason           Reason
	}{
		{"the first", "", "/dev/video0", []Camera{eye, other}, ""},
		{"by lasting name", "acme", "/dev/video0", []Camera{other, eye}, ""},
		{"by device", "eyelid", "/dev/video4", []Camera{eye, other}, ""},
		{"two fit", "eye", "", []Camera{eye, other}, Invalid},
		{"none fits", "nose", "", []Camera{eye, other}, NotFound},
		{"none is there", "", "", nil, NotFound},
		{"it may not be opened", "shut", "", []Camera{eye, shut}, Permission},
		{"another is taken instead", "", "/dev/video0", []Camera{shut, eye}, ""},
	} {
		path, err := pick(c.cameras, "camera:"+c.text, c.text)
		if path != c.path || reasonOf(err) != c.reason {
			t.Errorf("%s: %q, %v", c.name, path, err)
		}
		if c.cameras == nil && !strings.Contains(err.Error(), "--device") {
			t.Errorf("%v does not say how to get one", err)
		}
	}
}
