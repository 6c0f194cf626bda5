package capture

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ocellus-vision/ocellus/capture/v4l2"
)

// driver is what a camera does with its device; tests have one without.
type driver interface {
	Wait(time.Duration) error
	Wake()
	Take(*v4l2.Buffer) error
	Give(index int) error
	Stop() error
	Close() error
}

// defaultCameraRate is asked for unless told otherwise: drivers begin with
// whatever was set last.
const defaultCameraRate = 30

// camera streams from a V4L2 device.
type camera struct {
	dev     driver
	cfg     v4l2.Config
	info    Info
	buffers int
	timeout time.Duration
	buf     v4l2.Buffer
	now     func() time.Duration // CLOCK_MONOTONIC

	ctx     context.Context // that wakes dev, and how to have it do so no longer
	unwatch func() bool

	began bool
	count uint32 // the driver's number of the frame before
	seq   uint64

	mu      sync.Mutex
	lent    int
	closed  bool
	reading bool // Next is under way, and closes the device if Close comes meanwhile
}

func openCamera(spec, path string, o Options) (Source, error) {
	d, err := v4l2.Open(path)
	if err != nil {
		return nil, cameraError(spec, err)
	}
	c := &camera{dev: d, timeout: o.timeout(), buffers: o.Buffers, now: monotonic}
	if c.buffers == 0 {
		c.buffers = defaultBuffers
	}
	if err := c.agree(d, spec, &o); err != nil {
		d.Close()
		return nil, cameraError(spec, err)
	}
	c.info.Path = path
	return c, nil
}

// agree sets up the device and starts it.
func (c *camera) agree(d *v4l2.Device, spec string, o *Options) error {
	fs, err := d.Formats()
	if err != nil {
		return err
	}
	w, h := o.W, o.H
	if w == 0 {
		w, h = 640, 480
	}
	fps := o.FPS
	if fps == 0 {
		fps = defaultCameraRate
	}
	code, ok := choose(fs, o.Format, w, h, fps)
	if !ok {
		return noFormat(spec, fs, o.Format)
	}
	if c.cfg, err = d.SetFormat(code, w, h); err != nil {
		return err
	}
	format := formatOf(c.cfg.FourCC)
	if format == AnyFormat || o.Format != AnyFormat && format != o.Format {
		return noFormat(spec, fs, o.Format)
	}
	if c.cfg.Interlaced {
		return &ErrCapture{Source: spec, Reason: Unsupported, Why: "its pictures are interlaced fields", Cure: "ask for a smaller size"}
	}
	if c.cfg.W < 1 || c.cfg.H < 1 || c.cfg.W > maxSide || c.cfg.H > maxSide {
		return &ErrCapture{Source: spec, Reason: Unsupported, Why: fmt.Sprintf("it gives pictures of %d x %d", c.cfg.W, c.cfg.H)}
	}
	rate, err := d.SetRate(fps)
	if err != nil {
		return err
	}
	if err := setControls(d, spec, o.Controls); err != nil {
		return err
	}
	c.info = Info{Name: spec, Kind: "camera", Device: d.Info.Card, Format: format, W: c.cfg.W, H: c.cfg.H, FPS: rate, Live: true}
	return d.Start(c.buffers)
}

func noFormat(spec string, fs []v4l2.Format, want Format) error {
	var offered []string
	for _, f := range fs {
		offered = append(offered, f.FourCC.String())
	}
	e := &ErrCapture{Source: spec, Reason: Unsupported, Why: "it offers no format that is read, but " + strings.Join(offered, ", ")}
	if want != AnyFormat {
		e.Why, e.Cure = fmt.Sprintf("it offers no %v, but %s", want, strings.Join(offered, ", ")), "leave the format open, or name one of these"
	}
	return e
}

func setControls(d *v4l2.Device, spec string, want map[string]int) error {
	if len(want) == 0 {
		return nil
	}
	have, err := d.Controls()
	if err != nil {
		return err
	}
	names := make([]string, 0, len(want))
	for n := range want {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		if err := setControl(d, spec, have, n, want[n]); err != nil {
			return err
		}
	}
	return nil
}

func setControl(d *v4l2.Device, spec string, have []v4l2.Control, name string, v int) error {
	var known []string
	for _, c := range have {
		known = append(known, c.Name)
		if c.Name != name {
			continue
		}
		if c.Kind != "button" && (v < c.Min || v > c.Max) {
			return &ErrCapture{Source: spec, Reason: Invalid, Why: fmt.Sprintf("control %s goes from %d to %d, not to %d", name, c.Min, c.Max, v)}
		}
		if err := d.SetControl(c.ID, v); err != nil {
			return fmt.Errorf("control %s: %w", name, err)
		}
		return nil
	}
	return &ErrCapture{Source: spec, Reason: Invalid, Why: "it has no control " + name, Cure: "it has " + strings.Join(known, ", ")}
}

func (c *camera) Info() Info { return c.info }

func (c *camera) Next(ctx context.Context, f *Frame) error {
	f.Release()
	if err := ctx.Err(); err != nil {
		return err
	}
	if !c.enter() {
		return closedError(c.info.Name)
	}
	defer c.leave()
	c.watch(ctx)
	deadline := time.Now().Add(c.timeout)
	for {
		err := c.dev.Take(&c.buf)
		if err == nil {
			return c.fill(f)
		}
		if !errors.Is(err, unix.EAGAIN) {
			return cameraError(c.info.Name, err)
		}
		left := time.Until(deadline)
		if left <= 0 {
			return c.late()
		}
		switch err := c.dev.Wait(left); {
		case err == nil, errors.Is(err, unix.ETIMEDOUT):
		case !errors.Is(err, unix.ECANCELED):
			return cameraError(c.info.Name, err)
		case ctx.Err() != nil:
			return ctx.Err()
		case c.isClosed():
			return closedError(c.info.Name)
		}
	}
}

// enter begins a Next, unless the camera is closed.
func (c *camera) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = !c.closed
	return c.reading
}

func (c *camera) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = false
	if c.closed {
		_ = c.shut() // of a device that Close has left to this call
	}
}

func (c *camera) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// watch has the end of ctx wake the device. Most callers use one context all
// along, so that this costs nothing but the first time.
func (c *camera) watch(ctx context.Context) {
	if ctx == c.ctx {
		return
	}
	if c.unwatch != nil {
		c.unwatch()
		c.unwatch = nil
	}
	c.ctx = ctx
	if ctx.Done() != nil {
		c.unwatch = context.AfterFunc(ctx, c.wake)
	}
}

func (c *camera) late() error {
	c.mu.Lock()
	lent := c.lent
	c.mu.Unlock()
	if lent >= c.buffers-1 {
		return &ErrCapture{Source: c.info.Name, Reason: Busy, Why: fmt.Sprintf("%d of the driver's %d buffers are held", lent, c.buffers), Cure: "release frames when they are done with, or ask for more buffers"}
	}
	return &ErrCapture{Source: c.info.Name, Reason: Timeout, Why: "no frame came in " + c.timeout.String(), Cure: "unplug it and plug it in again; a hub that gives too little power or bandwidth does this"}
}

// wake ends a wait of the device, unless that is closed.
func (c *camera) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.dev.Wake()
	}
}

// fill makes f the buffer that was taken.
func (c *camera) fill(f *Frame) error {
	b := &c.buf
	lost := c.advance(b.Sequence)
	r := Raster{Format: c.info.Format, W: c.info.W, H: c.info.H, FullRange: c.cfg.FullRange, BT709: c.cfg.BT709}
	rows, whole, why := 0, true, "the driver says that part of the frame is missing"
	switch {
	case b.Damaged:
		whole = false
	case r.Format == MJPEG:
		r.FullRange = true
		r.Planes[0].Pix = b.Data
		if whole = len(b.Data) > 3 && b.Data[0] == 0xff && b.Data[1] == 0xd8; !whole {
			why = "the frame is no JPEG"
		}
	default:
		if rows, whole = r.lay(b.Data, c.cfg.Stride); !whole {
			why = fmt.Sprintf("the frame has %d bytes only", len(b.Data))
		}
	}
	if !whole {
		if err := c.dev.Give(b.Index); err != nil {
			return cameraError(c.info.Name, err)
		}
		return &ErrCapture{Source: c.info.Name, Reason: Torn, Why: why, Cure: "another cable or port, or a smaller size, if it happens often", Rows: rows}
	}
	*f = Frame{Raster: r, Captured: c.captured(b), Sequence: c.seq, Dropped: lost, owner: c, token: b.Index}
	c.mu.Lock()
	c.lent++
	c.mu.Unlock()
	return nil
}

// advance counts frames by the driver's number, and returns how many were
// lost before this one. A number that goes back is a driver that began anew.
func (c *camera) advance(n uint32) (lost int) {
	if step := n - c.count; c.began && step > 0 && step < 1<<31 {
		lost = int(step - 1)
	}
	if c.began {
		c.seq += uint64(lost) + 1
	}
	c.began, c.count = true, n
	return lost
}

// captured returns when the driver says that a frame was taken, as a time with
// Go's own monotonic reading. A stamp of the future, or of no known clock, is
// not believed.
func (c *camera) captured(b *v4l2.Buffer) time.Time {
	age := c.now() - b.Stamp
	if !b.Monotonic || b.Stamp <= 0 || age < 0 {
		age = 0
	}
	return time.Now().Add(-age)
}

func monotonic() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// release gives a buffer back to the driver. The last one that is held after
// Close closes the device, whose memory the frames are.
func (c *camera) release(token int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lent--
	if !c.closed {
		// Next tells if the device has gone.
		_ = c.dev.Give(token)
		return
	}
	if c.lent == 0 && !c.reading {
		_ = c.dev.Close()
	}
}

func (c *camera) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	if c.reading {
		c.dev.Wake()
		return nil
	}
	return c.shut()
}

// shut ends streaming, and closes the device unless frames are its memory.
func (c *camera) shut() error {
	if c.unwatch != nil {
		c.unwatch()
	}
	if c.lent > 0 {
		// What has gone cannot be stopped, and that is no loss.
		_ = c.dev.Stop()
		return nil
	}
	return c.dev.Close()
}

// cameraError words what the system says of a device.
func cameraError(source string, err error) *ErrCapture {
	var own *ErrCapture
	if errors.As(err, &own) {
		return own
	}
	e := &ErrCapture{Source: source, Reason: Unsupported, Why: err.Error(), Err: err}
	var not *v4l2.ErrNotCamera
	switch {
	case errors.As(err, &not):
		e.Cure = "`ocellus cameras` lists those that there are"
	case errors.Is(err, fs.ErrNotExist):
		e.Reason, e.Why, e.Cure = NotFound, "there is no such device", noCameraCure
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		e.Reason, e.Why, e.Cure = Permission, "this user may not open it", "sudo usermod -aG video \"$USER\", and log in again"
	case errors.Is(err, unix.EBUSY):
		e.Reason, e.Why, e.Cure = Busy, "another program uses it", "fuser -v /dev/video* names that program"
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO), errors.Is(err, unix.EBADF):
		e.Reason, e.Why, e.Cure = Unplugged, "it has gone", "plug it in again"
	case errors.Is(err, unix.EIO):
		e.Reason, e.Why = NoSignal, "it gives no picture at present"
	case errors.Is(err, unix.ENOSPC):
		e.Reason, e.Why, e.Cure = Busy, "the USB bus has no bandwidth left for it", "another port, a smaller size, or MJPEG"
	case errors.Is(err, unix.ENOMEM):
		e.Reason, e.Why, e.Cure = Busy, "the driver has no memory for buffers", "a smaller size or fewer buffers"
	case errors.Is(err, errors.ErrUnsupported):
		e.Why = "cameras are read on 64-bit Linux only, for amd64 and arm64"
	}
	return e
}
