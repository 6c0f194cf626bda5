package capture

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/capture/v4l2"
)

// Camera is a camera of this machine.
type Camera struct {
	Path     string          `json:"path"`
	Names    []string        `json:"names"` // that stay its own: /dev/v4l/by-id/…
	Device   string          `json:"device,omitempty"`
	Driver   string          `json:"driver,omitempty"`
	Bus      string          `json:"bus,omitempty"`
	Formats  []CameraFormat  `json:"formats"`
	Controls []CameraControl `json:"controls"`
	Reason   Reason          `json:"reason,omitempty"` // why it cannot be used; empty: it can
	Problem  string          `json:"problem,omitempty"`
}

// CameraFormat is a format that a camera offers.
type CameraFormat struct {
	Name   string       `json:"name"`             // the driver's
	FourCC string       `json:"fourcc"`           // its code
	Format string       `json:"format,omitempty"` // as Options take it; empty: not read
	Sizes  []CameraSize `json:"sizes"`
}

// CameraSize is a size that a camera offers, and at which rates.
type CameraSize = v4l2.Size

// CameraControl is a setting of a camera.
type CameraControl = v4l2.Control

// Cameras finds the cameras of this machine, those included that this user
// may not open or that cannot be asked.
func Cameras() ([]Camera, error) {
	found, err := v4l2.List()
	if err != nil {
		return nil, cameraError("cameras", err)
	}
	all := []Camera{}
	for _, f := range found {
		var not *v4l2.ErrNotCamera
		if f.Err == nil && !f.Camera || errors.As(f.Err, &not) {
			continue
		}
		all = append(all, describe(f))
	}
	return all, nil
}

func describe(f v4l2.Found) Camera {
	c := Camera{
		Path: f.Path, Names: append([]string{}, f.Names...), Device: f.Info.Card, Driver: f.Info.Driver, Bus: f.Info.Bus,
		Formats: []CameraFormat{}, Controls: []CameraControl{},
	}
	err := f.Err
	if err == nil {
		err = c.ask()
	}
	if err != nil {
		e := cameraError(f.Path, err)
		c.Reason, c.Problem = e.Reason, e.Error()
	}
	return c
}

func (c *Camera) ask() error {
	d, err := v4l2.Open(c.Path)
	if err != nil {
		return err
	}
	defer d.Close()
	fs, err := d.Formats()
	if err != nil {
		return err
	}
	for _, f := range fs {
		cf := CameraFormat{Name: f.Name, FourCC: f.FourCC.String(), Sizes: append([]CameraSize{}, f.Sizes...)}
		if ours := formatOf(f.FourCC); ours != AnyFormat {
			cf.Format = ours.String()
		}
		c.Formats = append(c.Formats, cf)
	}
	ctrls, err := d.Controls()
	c.Controls = append(c.Controls, ctrls...)
	return err
}

// readable is the formats that are read, with what they are called by
// drivers, the cheapest first: what is not compressed, and then what carries
// colour.
var readable = []struct {
	code   v4l2.FourCC
	format Format
}{
	{v4l2.YUYV, YUYV}, {v4l2.UYVY, UYVY}, {v4l2.NV12, NV12}, {v4l2.YU12, YCbCr},
	{v4l2.MJPEG, MJPEG}, {v4l2.JPEG, MJPEG}, {v4l2.RGB24, RGB}, {v4l2.Grey, Grey},
}

func formatOf(c v4l2.FourCC) Format {
	for _, r := range readable {
		if r.code == c {
			return r.format
		}
	}
	return AnyFormat
}

// choose picks the format for what is wanted: the first of readable that has
// the size at the rate, else the size, else any.
func choose(fs []v4l2.Format, want Format, w, h int, fps float64) (v4l2.FourCC, bool) {
	offered := map[v4l2.FourCC]*v4l2.Format{}
	for i := range fs {
		if offered[fs[i].FourCC] == nil {
			offered[fs[i].FourCC] = &fs[i]
		}
	}
	for _, good := range []func(*v4l2.Format) bool{
		func(f *v4l2.Format) bool { return fastest(f, w, h) >= fps-0.5 && fastest(f, w, h) > 0 },
		func(f *v4l2.Format) bool { return fastest(f, w, h) >= 0 },
		func(*v4l2.Format) bool { return true },
	} {
		for _, r := range readable {
			if f := offered[r.code]; f != nil && (want == AnyFormat || want == r.format) && good(f) {
				return r.code, true
			}
		}
	}
	return 0, false
}

// fastest returns the highest rate that a format offers in a size; 0 where it
// does not tell, and -1 where it has no such size.
func fastest(f *v4l2.Format, w, h int) float64 {
	for _, s := range f.Sizes {
		fits := s.W == w && s.H == h
		if s.MaxW > 0 {
			fits = w >= s.W && w <= s.MaxW && h >= s.H && h <= s.MaxH
		}
		if fits && len(s.Rates) > 0 {
			return s.Rates[0]
		}
		if fits {
			return 0
		}
	}
	return -1
}

// openNamedCamera opens the first camera, one by number, or the one whose name
// holds a text.
func openNamedCamera(spec, name string, o Options) (Source, error) {
	if name != "" && strings.Trim(name, "0123456789") == "" {
		return openCamera(spec, "/dev/video"+name, o)
	}
	cameras, err := Cameras()
	if err != nil {
		return nil, err
	}
	path, err := pick(cameras, spec, name)
	if err != nil {
		return nil, err
	}
	return openCamera(spec, path, o)
}

// noCamera says that there is none, and what to do.
const noCameraCure = "plug one in and see `ocellus cameras`; in a container, pass the device in (--device /dev/video0); a Raspberry Pi's ribbon camera and a Jetson's need their own drivers to appear here"

func pick(cameras []Camera, spec, name string) (string, error) {
	var fits []string
	var refused *Camera
	for i := range cameras {
		c := &cameras[i]
		if !c.named(name) {
			continue
		}
		if c.Reason != "" {
			refused = c
			continue
		}
		fits = append(fits, c.Path)
	}
	switch {
	case len(fits) == 0 && refused != nil:
		return "", &ErrCapture{Source: spec, Reason: refused.Reason, Why: refused.Problem}
	case len(cameras) == 0:
		return "", &ErrCapture{Source: spec, Reason: NotFound, Why: "this machine has no camera", Cure: noCameraCure}
	case len(fits) == 0:
		return "", &ErrCapture{Source: spec, Reason: NotFound, Why: fmt.Sprintf("no camera has %q in its name", name), Cure: "`ocellus cameras` lists their names"}
	case len(fits) > 1 && name != "":
		return "", &ErrCapture{Source: spec, Reason: Invalid, Why: fmt.Sprintf("%q fits %s", name, strings.Join(fits, " and ")), Cure: "name more of it"}
	}
	return fits[0], nil
}

func (c *Camera) named(s string) bool {
	s = strings.ToLower(s)
	if strings.Contains(strings.ToLower(c.Device), s) {
		return true
	}
	for _, n := range c.Names {
		if strings.Contains(strings.ToLower(filepath.Base(n)), s) {
			return true
		}
	}
	return false
}
