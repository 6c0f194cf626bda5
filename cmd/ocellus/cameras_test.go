package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

func listed(t *testing.T, json bool, all ...capture.Camera) (string, int) {
	t.Helper()
	var out bytes.Buffer
	c := camerasCommand{JSON: json, Controls: true, find: func() ([]capture.Camera, error) { return append([]capture.Camera{}, all...), nil }}
	err := c.Run(&cli.Env{Stdout: &out})
	if err != nil && len(all) == 0 && !strings.Contains(err.Error(), "no camera") {
		t.Errorf("without a camera: %v", err)
	}
	return out.String(), cli.CodeOf(err)
}

func TestCameras(t *testing.T) {
	good := capture.Camera{
		Path: "/dev/video0", Names: []string{"/dev/v4l/by-id/usb-Eye"}, Device: "Eye", Driver: "uvcvideo", Bus: "usb-1",
		Formats: []capture.CameraFormat{
			{Name: "YUYV 4:2:2", FourCC: "YUYV", Format: "yuyv", Sizes: []capture.CameraSize{{W: 640, H: 480, Rates: []float64{30, 15}}}},
			{Name: "H.264", FourCC: "H264"},
		},
		Controls: []capture.CameraControl{{Name: "brightness", Kind: "integer", Max: 255, Value: 7, Default: 128}},
	}
	bad := capture.Camera{Path: "/dev/video2", Reason: capture.Permission, Problem: "/dev/video2: this user may not open it"}
	out, code := listed(t, false, good, bad)
	if code != cli.OK {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"/dev/v4l/by-id/usb-Eye", "yuyv (YUYV)  640×480  30, 15 fps", "not read  H264", "brightness  0 to 255, now 7, at first 128", "may not open"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	out, code = listed(t, true, good)
	got := lines[[]capture.Camera](t, out)
	if code != cli.OK || len(got[0]) != 1 || got[0][0].Path != "/dev/video0" || got[0][0].Formats[0].Sizes[0].W != 640 {
		t.Errorf("JSON %s, code %d", out, code)
	}
	if _, code := listed(t, false, bad); code != cli.Missing {
		t.Errorf("only one that may not be opened: exit code %d", code)
	}
	if out, code := listed(t, true); code != cli.Missing || strings.TrimSpace(out) != "[]" {
		t.Errorf("none: %q, exit code %d", out, code)
	}
}
