package webcam

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// controller is where the kernel's USB controller of no hardware is told what
// is plugged in.
const controller = "/sys/devices/platform/vhci_hcd.0/"

// Plug has the kernel find the camera at a port of the controller, 0 or more.
// Its devices appear some time later. It needs root, and the module vhci_hcd.
func (c *Camera) Plug(port int) error {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := unix.SetNonblock(ends[0], true); err != nil { // so that Close ends a Read
		return err
	}
	c.start(os.NewFile(uintptr(ends[0]), "USB"))
	const device, highSpeed = 1<<16 | 1, 3
	line := fmt.Sprintf("%d %d %d %d", port, ends[1], device, highSpeed)
	if err := os.WriteFile(controller+"attach", []byte(line), 0o200); err != nil {
		unix.Close(ends[1])
		c.Unplug()
		return fmt.Errorf("webcam: plugging in: %w", err)
	}
	return unix.Close(ends[1]) // the kernel keeps its own
}
