package capture

import (
	"bufio"
	"context"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// csi reads a Raspberry Pi's ribbon camera by rpicam-vid, which alone knows
// how to drive its image processor.
type csi struct {
	piped
	in     *bufio.Reader
	bytes  int // of a frame
	stride int
	skip   int // columns before those that were asked for
}

const (
	defaultCSIRate = 30
	// csiAlign is what widths are rounded up to. Rows begin at multiples of 64
	// bytes on a Pi 4, in luma, and on a Pi 5 in chroma, which is half as wide.
	// Where the width is a multiple of 128, nothing is padded on any.
	csiAlign = 128
	csiCure  = "on Raspberry Pi OS: sudo apt install rpicam-apps-lite; for a Jetson's camera build with OpenCV (make build-gocv) and take jetson-csi:0"
)

// openCSI reads a spec such as csi:0.
func openCSI(spec, rest string, o Options) (Source, error) {
	number, err := strconv.Atoi(rest)
	if rest != "" && (err != nil || number < 0) {
		return nil, &ErrCapture{Source: spec, Reason: Invalid, Why: "ribbon cameras have numbers", Cure: "as in csi:0"}
	}
	if o.Format != AnyFormat && o.Format != YCbCr {
		return nil, &ErrCapture{Source: spec, Reason: Unsupported, Why: "ribbon cameras give i420 here", Cure: "leave the format open"}
	}
	program, err := exec.LookPath("rpicam-vid")
	if err != nil {
		if program, err = exec.LookPath("libcamera-vid"); err != nil { // its name until 2023
			return nil, childError(spec, "rpicam-vid", err, csiCure)
		}
	}
	w, h := (o.W+1)&^1, (o.H+1)&^1
	if w == 0 {
		w, h = 640, 480
	}
	fps := o.FPS
	if fps == 0 {
		fps = defaultCSIRate
	}
	wide := (w + csiAlign - 1) / csiAlign * csiAlign
	c := &csi{bytes: frameBytes(YCbCr, wide, h), stride: wide, skip: (wide - w) / 2 &^ 1}
	if c.child, err = startChild(program, csiArgs(number, wide, h, fps), strings.NewReplacer(), nil); err != nil {
		return nil, childError(spec, "rpicam-vid", err, csiCure)
	}
	c.in = bufio.NewReaderSize(c.child.out, 64<<10)
	if err := c.child.first(func() error { _, err := c.in.Peek(1); return err }); err != nil {
		said := c.child.ended()
		c.child.stop()
		return nil, csiError(spec, said, err)
	}
	c.begin(Info{Name: spec, Kind: "csi", Format: YCbCr, W: w, H: h, FPS: fps, Live: true}, &o, c.read)
	return c, nil
}

// csiArgs asks for bare 4:2:0 frames, for ever, each as soon as it is there.
func csiArgs(number, w, h int, fps float64) []string {
	return []string{
		"--camera", strconv.Itoa(number), "--codec", "yuv420", "--width", strconv.Itoa(w), "--height", strconv.Itoa(h),
		"--framerate", strconv.FormatFloat(fps, 'f', -1, 64), "--timeout", "0", "--nopreview", "--flush", "--output", "-",
	}
}

func csiError(spec, said string, err error) error {
	e := &ErrCapture{Source: spec, Reason: Unsupported, Why: "rpicam-vid gives no pictures", Err: err}
	if said != "" {
		e.Why = "rpicam-vid gives no pictures: " + said
	}
	low := strings.ToLower(said)
	switch {
	case err == errSilent:
		e.Reason = Timeout
	case strings.Contains(low, "no cameras available"), strings.Contains(low, "does not exist"), strings.Contains(low, "selected camera"):
		e.Reason, e.Cure = NotFound, "see rpicam-hello --list-cameras, and whether the ribbon sits right"
	case strings.Contains(low, "acquire camera"), strings.Contains(low, "in use"), strings.Contains(low, "busy"):
		e.Reason, e.Cure = Busy, "another program uses the camera"
	case strings.Contains(low, "permission denied"):
		e.Reason, e.Cure = Permission, "sudo usermod -aG video \"$USER\", and log in again"
	}
	return e
}

func (c *csi) read(mem []byte) ([]byte, time.Time, error) {
	if len(mem) < c.bytes {
		mem = make([]byte, c.bytes)
	}
	_, err := io.ReadFull(c.in, mem)
	at := time.Now()
	if err != nil {
		return nil, at, c.child.endOf(c.info.Name, "rpicam-vid", true, err)
	}
	return mem, at, nil
}

func (c *csi) Next(ctx context.Context, f *Frame) error {
	data, err := c.next(ctx, f)
	if err != nil {
		return err
	}
	f.FullRange = true // rpicam-vid asks for JPEG's colours with this codec
	f.lay(data, c.stride)
	for i := range f.Planes {
		f.Planes[i].Pix = f.Planes[i].Pix[c.skip>>min(i, 1):]
	}
	return nil
}
