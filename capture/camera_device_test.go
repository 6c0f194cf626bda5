package capture

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture/v4l2"
)

// TestDevice reads from a camera of this machine, in every format that it
// offers and that is read: the test for a real device, or for the kernel's
// virtual one (vivid).
func TestDevice(t *testing.T) {
	cameras, err := Cameras()
	if err != nil || len(cameras) == 0 {
		lacking(t, "no camera here (%v)", err)
	}
	for _, cam := range cameras {
		t.Logf("%s: %s (%s), %d formats, %d controls, %v", cam.Path, cam.Device, cam.Driver, len(cam.Formats), len(cam.Controls), cam.Problem)
		if cam.Reason != "" {
			continue
		}
		for f := YUYV; f < formats; f++ {
			if cam.offers(f) {
				t.Run(f.String(), func(t *testing.T) { readDevice(t, cam.Path, f) })
			}
		}
	}
}

// TestUnplug has the virtual camera go and come back.
func TestUnplug(t *testing.T) {
	cameras, err := Cameras()
	if err != nil || len(cameras) == 0 || cameras[0].Driver != "vivid" {
		lacking(t, "no virtual camera here (%v)", err)
	}
	path := cameras[0].Path
	for _, c := range cameras[0].Controls {
		if c.Name == "disconnect" {
			unplug(t, path, c.ID)
			return
		}
	}
	lacking(t, "this virtual camera cannot be disconnected")
}

// lacking skips a test that has no device, but fails it in the guest of
// `make test-device`, which exists to have one.
func lacking(t *testing.T, why string, args ...any) {
	t.Helper()
	if os.Getenv("OCELLUS_GUEST") != "" {
		t.Fatalf(why, args...)
	}
	t.Skipf(why, args...)
}

func unplug(t *testing.T, path string, control uint32) {
	for range 2 {
		s, err := Open(path, Options{Timeout: 10 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		var f, held Frame
		if err := s.Next(t.Context(), &held); err != nil {
			t.Fatal(err)
		}
		d, err := v4l2.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.SetControl(control, 1); err != nil {
			t.Fatal(err)
		}
		d.Close()
		for err = nil; err == nil; {
			err = s.Next(t.Context(), &f)
		}
		var e *ErrCapture
		if !errors.As(err, &e) || e.Reason != Unplugged {
			t.Fatalf("after it has gone: %v", err)
		}
		t.Log(err)
		held.Release()
		s.Close()
	}
}

func (c *Camera) offers(f Format) bool {
	for _, o := range c.Formats {
		if o.Format == f.String() {
			return true
		}
	}
	return false
}

func readDevice(t *testing.T, path string, format Format) {
	before := time.Now()
	s, err := Open(path, Options{Format: format, W: 640, H: 480, Timeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", s.Info())
	var f, held Frame
	var d Decoder
	var last time.Time
	const frames = 6
	for i := range frames {
		if err := s.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		r, err := d.Raster(&f)
		if err != nil {
			t.Fatal(err)
		}
		row := make([]uint8, r.W*3)
		r.Row(row, r.H/2)
		if bytes.Count(row, row[:1]) == len(row) && format != Grey {
			t.Error("the picture is flat")
		}
		if f.Captured.Before(before) || f.Captured.After(time.Now()) || !f.Captured.After(last) {
			t.Errorf("frame %d was captured %v ago, after one of %v ago", i, time.Since(f.Captured), time.Since(last))
		}
		last = f.Captured
		if d := s.Info().Device; (d == "vivid" || strings.Contains(d, "bars")) && format != Grey {
			checkBars(t, r)
		}
		if i == frames-1 {
			keepFrame(t, r, s.Info().Device)
		}
		t.Logf("frame %d, %d lost, age %v, first pixel %v", f.Sequence, f.Dropped, time.Since(f.Captured), row[:3])
	}
	f.Release()
	if err := s.Next(t.Context(), &held); err != nil {
		t.Fatal(err)
	}
	kept := bytes.Clone(held.Planes[0].Pix)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(held.Planes[0].Pix, kept) {
		t.Error("a frame that is held changes after Close")
	}
	held.Release()
	if err := s.Next(t.Context(), &f); err == nil {
		t.Error("a closed camera gives frames")
	}
}

// bars is the 75 % colour bars of SMPTE, as vivid has them by default from
// left to right, and a USB camera of internal/guest/webcam.
var bars = [8][3]uint8{
	{191, 191, 191}, {191, 191, 0}, {0, 191, 191}, {0, 191, 0}, {191, 0, 191}, {191, 0, 0}, {0, 0, 191}, {0, 0, 0},
}

// checkBars looks at the middle of each bar, below the text.
func checkBars(t *testing.T, r *Raster) {
	t.Helper()
	row := make([]uint8, r.W*3)
	r.Row(row, r.H*9/10)
	for i, want := range bars {
		x := r.W * (2*i + 1) / 16
		for c, got := range row[3*x:][:3] {
			if d := int(got) - int(want[c]); d < -4 || d > 4 {
				t.Errorf("bar %d is %v, want %v", i, row[3*x:][:3], want)
				break
			}
		}
	}
}

// keepFrame writes a frame into the folder OCELLUS_FRAMES, for the eye.
func keepFrame(t *testing.T, r *Raster, device string) {
	t.Helper()
	dir := os.Getenv("OCELLUS_FRAMES")
	if dir == "" {
		return
	}
	row := make([]uint8, r.W*3)
	picture := image.NewNRGBA(image.Rect(0, 0, r.W, r.H))
	for y := range r.H {
		r.Row(row, y)
		for x := range r.W {
			picture.SetNRGBA(x, y, color.NRGBA{row[3*x], row[3*x+1], row[3*x+2], 255})
		}
	}
	file, err := os.Create(filepath.Join(dir, strings.NewReplacer("/", "-", " ", "-", ":", "").Replace(device+"-"+t.Name())+".png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join((&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(file, picture), file.Close()); err != nil {
		t.Fatal(err)
	}
}
