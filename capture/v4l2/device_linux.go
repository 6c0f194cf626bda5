//go:build linux && (amd64 || arm64)

package v4l2

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Device is an open camera. Wait, Take and the settings are for one goroutine;
// Give and Wake may be called from any.
type Device struct {
	Info Info
	fd   int
	wake int // an eventfd
	maps [][]byte
	poll [2]unix.PollFd
}

// Open opens a camera by path. Errors of the system wrap its number
// (unix.ENODEV, unix.EBUSY, unix.EACCES and so on); a device that is no camera
// gives an *ErrNotCamera.
func Open(path string) (*Device, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	d := &Device{fd: fd, wake: -1}
	if err := d.begin(); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Device) begin() (err error) {
	if d.Info, err = query(d.fd); err != nil {
		return err
	}
	switch {
	case d.Info.caps&capCapture == 0 && d.Info.caps&capCapturePL != 0:
		return &ErrNotCamera{"it captures to several planes in separate memory, which is not read"}
	case d.Info.caps&capCapture == 0:
		return &ErrNotCamera{"it is no camera but another kind of video device"}
	case d.Info.caps&capStreaming == 0:
		return &ErrNotCamera{"it cannot stream"}
	}
	d.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	d.poll = [2]unix.PollFd{{Fd: int32(d.fd), Events: unix.POLLIN}, {Fd: int32(d.wake), Events: unix.POLLIN}}
	return err
}

func query(fd int) (Info, error) {
	var c capability
	if err := ioctl(fd, reqQueryCap, unsafe.Pointer(&c)); err != nil {
		if err == unix.ENOTTY || err == unix.EINVAL || err == unix.ENOSYS {
			return Info{}, &ErrNotCamera{"it is no video device"}
		}
		return Info{}, fmt.Errorf("asking what it is: %w", err)
	}
	caps := c.capabilities
	if caps&capDeviceCaps != 0 {
		caps = c.deviceCaps
	}
	return Info{Driver: text(c.driver[:]), Card: text(c.card[:]), Bus: text(c.bus[:]), caps: caps}, nil
}

func ioctl(fd int, request uintptr, p unsafe.Pointer) error {
	for {
		_, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(p))
		switch e {
		case 0:
			return nil
		case unix.EINTR:
		default:
			return e
		}
	}
}

func text(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(b), "?"))
}

// SetFormat asks for a format and size. The driver gives the nearest that it
// has; the caller looks at what came.
func (d *Device) SetFormat(c FourCC, w, h int) (Config, error) {
	f := format{kind: bufCapture, pix: pixFormat{width: uint32(w), height: uint32(h), pixelFormat: uint32(c), field: fieldAny}}
	if err := ioctl(d.fd, reqSetFmt, unsafe.Pointer(&f)); err != nil {
		return Config{}, fmt.Errorf("setting %v %d x %d: %w", c, w, h, err)
	}
	return f.pix.config(), nil
}

func (p *pixFormat) config() Config {
	c := Config{
		FourCC: FourCC(p.pixelFormat), W: int(p.width), H: int(p.height),
		Stride: int(p.bytesPerLine), Bytes: int(p.sizeImage),
		FullRange: p.quantisation == rangeFull, BT709: p.encoding == encoding709 || p.encoding == encodingXV709,
		Interlaced: p.field > fieldNone,
	}
	if p.quantisation == 0 {
		c.FullRange = p.colourSpace == spaceJPEG || c.FourCC == Grey
	}
	if p.encoding == 0 {
		c.BT709 = p.colourSpace == space709 || p.colourSpace == spaceSMPTE240M
	}
	return c
}

// SetRate asks for frames a second and returns what the driver gives: 0 where
// it has no say.
func (d *Device) SetRate(fps float64) (float64, error) {
	p := streamParm{kind: bufCapture}
	if err := ioctl(d.fd, reqGetParm, unsafe.Pointer(&p)); err != nil {
		if err == unix.ENOTTY || err == unix.EINVAL {
			return 0, nil
		}
		return 0, fmt.Errorf("asking the rate: %w", err)
	}
	if fps > 0 && p.capability&parmTimePerFrame != 0 {
		p.timePerFrame = fraction{1000, uint32(fps*1000 + 0.5)}
		if err := ioctl(d.fd, reqSetParm, unsafe.Pointer(&p)); err != nil {
			return 0, fmt.Errorf("setting %v frames a second: %w", fps, err)
		}
	}
	return p.timePerFrame.rate(), nil
}

func (f fraction) rate() float64 {
	if f.num == 0 {
		return 0
	}
	return float64(f.den) / float64(f.num)
}

// SetControl sets a control by number.
func (d *Device) SetControl(id uint32, value int) error {
	c := control{id, int32(value)}
	return ioctl(d.fd, reqSetCtrl, unsafe.Pointer(&c))
}

// Close stops and gives everything back to the system. Data of buffers must no
// longer be touched.
func (d *Device) Close() error {
	var errs []error
	if d.maps != nil {
		errs = append(errs, d.Stop())
		for _, m := range d.maps {
			errs = append(errs, unix.Munmap(m))
		}
		d.maps = nil
	}
	if d.wake >= 0 {
		errs = append(errs, unix.Close(d.wake))
	}
	if d.fd >= 0 {
		errs = append(errs, unix.Close(d.fd))
	}
	d.fd, d.wake = -1, -1
	return errors.Join(errs...)
}
