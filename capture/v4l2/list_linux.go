//go:build linux && (amd64 || arm64)

package v4l2

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// List finds the video devices of this machine, in the order of their numbers.
func List() ([]Found, error) {
	return list("/dev")
}

func list(dev string) ([]Found, error) {
	paths, err := filepath.Glob(filepath.Join(dev, "video[0-9]*"))
	if err != nil {
		return nil, err
	}
	number := func(p string) int {
		n, _ := strconv.Atoi(strings.TrimPrefix(filepath.Base(p), "video"))
		return n
	}
	slices.SortFunc(paths, func(a, b string) int { return number(a) - number(b) })
	names := lastingNames(dev)
	found := make([]Found, 0, len(paths))
	for _, p := range paths {
		found = append(found, ask(p, names[p]))
	}
	return found, nil
}

func ask(path string, names []string) Found {
	f := Found{Path: path, Names: names}
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		f.Err = &os.PathError{Op: "open", Path: path, Err: err}
		return f
	}
	defer unix.Close(fd)
	f.Info, f.Err = query(fd)
	f.Camera = f.Err == nil && f.Info.caps&capCapture != 0 && f.Info.caps&capStreaming != 0
	return f
}

// lastingNames returns the links of udev that lead to each device: they stay
// the same when cameras are plugged in in another order.
func lastingNames(dev string) map[string][]string {
	names := map[string][]string{}
	for _, by := range []string{"by-id", "by-path"} {
		links, err := filepath.Glob(filepath.Join(dev, "v4l", by, "*"))
		if err != nil {
			continue
		}
		for _, l := range links {
			if to, err := filepath.EvalSymlinks(l); err == nil {
				names[to] = append(names[to], l)
			}
		}
	}
	return names
}

// maxEntries bounds enumerations, so that a driver that never ends one cannot
// hold us.
const maxEntries = 256

// Formats asks for every format, size and rate.
func (d *Device) Formats() ([]Format, error) {
	var all []Format
	for i := range uint32(maxEntries) {
		f := fmtDesc{index: i, kind: bufCapture}
		if err := ioctl(d.fd, reqEnumFmt, unsafe.Pointer(&f)); err == unix.EINVAL {
			break
		} else if err != nil {
			return all, err
		}
		all = append(all, Format{
			FourCC: FourCC(f.pixelFormat), Name: text(f.description[:]), Emulated: f.flags&fmtEmulated != 0,
			Sizes: d.sizes(f.pixelFormat),
		})
	}
	return all, nil
}

func (d *Device) sizes(pixelFormat uint32) (all []Size) {
	for i := range uint32(maxEntries) {
		s := frameSize{index: i, pixelFormat: pixelFormat}
		if ioctl(d.fd, reqFrameSizes, unsafe.Pointer(&s)) != nil {
			return all
		}
		size := s.size()
		size.Rates = d.rates(pixelFormat, max(size.W, size.MaxW), max(size.H, size.MaxH))
		all = append(all, size)
		if s.kind != kindDiscrete {
			return all
		}
	}
	return all
}

func (s *frameSize) size() Size {
	if s.kind == kindDiscrete {
		return Size{W: int(s.minWidth), H: int(s.maxWidth)}
	}
	return Size{
		W: int(s.minWidth), H: int(s.minHeight), MaxW: int(s.maxWidth), MaxH: int(s.maxHeight),
		StepW: int(s.stepWidth), StepH: int(s.stepHeight),
	}
}

func (d *Device) rates(pixelFormat uint32, w, h int) (all []float64) {
	for i := range uint32(maxEntries) {
		v := frameInterval{index: i, pixelFormat: pixelFormat, width: uint32(w), height: uint32(h)}
		if ioctl(d.fd, reqFrameIntervals, unsafe.Pointer(&v)) != nil {
			break
		}
		if r := v.min.rate(); r > 0 {
			all = append(all, r)
		}
		if v.kind != kindDiscrete {
			if r := v.max.rate(); r > 0 {
				all = append(all, r)
			}
			break
		}
	}
	slices.SortFunc(all, func(a, b float64) int {
		switch {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	return slices.Compact(all)
}

// Controls asks for every control and its value.
func (d *Device) Controls() ([]Control, error) {
	var all []Control
	q := queryControl{id: ctrlNext}
	for range maxEntries {
		if err := ioctl(d.fd, reqQueryCtrl, unsafe.Pointer(&q)); err == unix.EINVAL || err == unix.ENOTTY {
			return all, nil
		} else if err != nil {
			return all, err
		}
		if q.kind != ctrlClass && q.flags&ctrlDisabled == 0 {
			c := q.control()
			v := control{id: q.id}
			if q.kind != ctrlButton && ioctl(d.fd, reqGetCtrl, unsafe.Pointer(&v)) == nil {
				c.Value = int(v.value)
			}
			all = append(all, c)
		}
		q = queryControl{id: q.id | ctrlNext}
	}
	return all, nil
}

func (q *queryControl) control() Control {
	kinds := map[uint32]string{ctrlInteger: "integer", ctrlBoolean: "boolean", ctrlMenu: "menu", ctrlButton: "button"}
	c := Control{
		ID: q.id, Name: controlName(text(q.name[:])), Kind: kinds[q.kind],
		Min: int(q.min), Max: int(q.max), Step: int(q.step), Default: int(q.preset),
		Inactive: q.flags&ctrlInactive != 0,
	}
	if c.Kind == "" {
		c.Kind = "other"
	}
	return c
}

// controlName writes a control's name as command lines can take it.
func controlName(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "_")
}
