//go:build linux && (amd64 || arm64)

package v4l2

import (
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// maxBuffers bounds the memory that is shared with a driver.
const maxBuffers = 32

// errorPause is how long a device that reports an error is left alone.
const errorPause = 5 * time.Millisecond

// Start shares n buffers with the driver, or as many as it wants, and has it
// fill them.
func (d *Device) Start(n int) error {
	r := requestBuffers{count: uint32(n), kind: bufCapture, memory: memoryMmap}
	if err := ioctl(d.fd, reqReqBufs, unsafe.Pointer(&r)); err != nil {
		return fmt.Errorf("asking for buffers: %w", err)
	}
	if r.count < 2 || r.count > maxBuffers {
		return fmt.Errorf("the driver gives %d buffers: %w", r.count, unix.ENOMEM)
	}
	d.maps = make([][]byte, 0, r.count)
	for i := range r.count {
		b := buffer{index: i, kind: bufCapture, memory: memoryMmap}
		if err := ioctl(d.fd, reqQueryBuf, unsafe.Pointer(&b)); err != nil {
			return fmt.Errorf("asking for buffer %d: %w", i, err)
		}
		m, err := unix.Mmap(d.fd, int64(uint32(b.offset)), int(b.length), unix.PROT_READ, unix.MAP_SHARED)
		if err != nil {
			return fmt.Errorf("mapping buffer %d: %w", i, err)
		}
		d.maps = append(d.maps, m)
		if err := d.Give(int(i)); err != nil {
			return fmt.Errorf("giving buffer %d: %w", i, err)
		}
	}
	kind := uint32(bufCapture)
	if err := ioctl(d.fd, reqStreamOn, unsafe.Pointer(&kind)); err != nil {
		return fmt.Errorf("starting the stream: %w", err)
	}
	return nil
}

// Stop has the driver fill no more buffers. Those that are taken stay valid.
func (d *Device) Stop() error {
	kind := uint32(bufCapture)
	return ioctl(d.fd, reqStreamOff, unsafe.Pointer(&kind))
}

// Wait waits until a buffer can be taken. It returns nil as well when the
// device has gone, which Take then tells; unix.ETIMEDOUT after so long, and
// unix.ECANCELED when woken.
func (d *Device) Wait(most time.Duration) error {
	deadline := time.Now().Add(most)
	for {
		left := max(0, time.Until(deadline))
		d.poll[0].Revents, d.poll[1].Revents = 0, 0
		n, err := unix.Poll(d.poll[:], int((left+time.Millisecond-1)/time.Millisecond))
		switch {
		case err == unix.EINTR:
		case err != nil:
			return err
		case d.poll[1].Revents != 0:
			var drained [8]byte
			unix.Read(d.wake, drained[:]) //nolint:errcheck // it is there, or another has drained it
			return unix.ECANCELED
		case n > 0 && d.poll[0].Revents&unix.POLLIN == 0:
			// Take tells what is wrong. Should it find nothing, the caller
			// must not come back at once.
			time.Sleep(min(left, errorPause))
			return nil
		case n > 0:
			return nil
		default:
			return unix.ETIMEDOUT
		}
	}
}

// Wake ends a Wait, or the next one where none is under way.
func (d *Device) Wake() {
	one := [8]byte{1}
	unix.Write(d.wake, one[:]) //nolint:errcheck // full means that it is awake
}

// Take takes the oldest buffer that the driver has filled. Its error is
// unix.EAGAIN when there is none yet, and unix.ENODEV when the device has gone.
func (d *Device) Take(into *Buffer) error {
	b := buffer{kind: bufCapture, memory: memoryMmap}
	if err := ioctl(d.fd, reqDQBuf, unsafe.Pointer(&b)); err != nil {
		return err
	}
	if int(b.index) >= len(d.maps) {
		return unix.EIO
	}
	m := d.maps[b.index]
	*into = Buffer{
		Index: int(b.index), Data: m[:min(len(m), int(b.bytesUsed))],
		Sequence: b.sequence, Damaged: b.flags&bufError != 0,
		Monotonic: b.flags&bufStampMask == bufStampMonotonic,
		Stamp:     time.Duration(b.sec)*time.Second + time.Duration(b.usec)*time.Microsecond,
	}
	return nil
}

// Give gives a buffer back to the driver.
func (d *Device) Give(index int) error {
	b := buffer{index: uint32(index), kind: bufCapture, memory: memoryMmap}
	return ioctl(d.fd, reqQBuf, unsafe.Pointer(&b))
}
