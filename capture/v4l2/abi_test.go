package v4l2

import (
	"testing"
	"unsafe"
)

// TestLayout holds the structures against the kernel's videodev2.h on amd64
// and arm64, whose layouts are one: the sizes and offsets are those that a C
// compiler gives there.
func TestLayout(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("a 32-bit machine")
	}
	var (
		c  capability
		fd fmtDesc
		fs frameSize
		fi frameInterval
		f  format
		p  streamParm
		r  requestBuffers
		b  buffer
		q  queryControl
		ct control
	)
	for _, c := range []struct {
		name      string
		got, want uintptr
	}{
		{"v4l2_capability", unsafe.Sizeof(c), 104},
		{"v4l2_capability.card", unsafe.Offsetof(c.card), 16},
		{"v4l2_capability.bus_info", unsafe.Offsetof(c.bus), 48},
		{"v4l2_capability.version", unsafe.Offsetof(c.version), 80},
		{"v4l2_capability.capabilities", unsafe.Offsetof(c.capabilities), 84},
		{"v4l2_capability.device_caps", unsafe.Offsetof(c.deviceCaps), 88},
		{"v4l2_fmtdesc", unsafe.Sizeof(fd), 64},
		{"v4l2_fmtdesc.description", unsafe.Offsetof(fd.description), 12},
		{"v4l2_fmtdesc.pixelformat", unsafe.Offsetof(fd.pixelFormat), 44},
		{"v4l2_frmsizeenum", unsafe.Sizeof(fs), 44},
		{"v4l2_frmsizeenum.type", unsafe.Offsetof(fs.kind), 8},
		{"v4l2_frmsizeenum.discrete.width", unsafe.Offsetof(fs.minWidth), 12},
		{"v4l2_frmsizeenum.discrete.height", unsafe.Offsetof(fs.maxWidth), 16},
		{"v4l2_frmsizeenum.stepwise.max_height", unsafe.Offsetof(fs.maxHeight), 28},
		{"v4l2_frmivalenum", unsafe.Sizeof(fi), 52},
		{"v4l2_frmivalenum.type", unsafe.Offsetof(fi.kind), 16},
		{"v4l2_frmivalenum.discrete", unsafe.Offsetof(fi.min), 20},
		{"v4l2_frmivalenum.stepwise.max", unsafe.Offsetof(fi.max), 28},
		{"v4l2_format", unsafe.Sizeof(f), 208},
		{"v4l2_format.fmt.pix", unsafe.Offsetof(f.pix), 8},
		{"v4l2_pix_format", unsafe.Sizeof(f.pix), 48},
		{"v4l2_pix_format.pixelformat", unsafe.Offsetof(f.pix.pixelFormat), 8},
		{"v4l2_pix_format.field", unsafe.Offsetof(f.pix.field), 12},
		{"v4l2_pix_format.bytesperline", unsafe.Offsetof(f.pix.bytesPerLine), 16},
		{"v4l2_pix_format.sizeimage", unsafe.Offsetof(f.pix.sizeImage), 20},
		{"v4l2_pix_format.colorspace", unsafe.Offsetof(f.pix.colourSpace), 24},
		{"v4l2_pix_format.ycbcr_enc", unsafe.Offsetof(f.pix.encoding), 36},
		{"v4l2_pix_format.quantization", unsafe.Offsetof(f.pix.quantisation), 40},
		{"v4l2_streamparm", unsafe.Sizeof(p), 204},
		{"v4l2_streamparm.capture.capability", unsafe.Offsetof(p.capability), 4},
		{"v4l2_streamparm.capture.timeperframe", unsafe.Offsetof(p.timePerFrame), 12},
		{"v4l2_requestbuffers", unsafe.Sizeof(r), 20},
		{"v4l2_requestbuffers.memory", unsafe.Offsetof(r.memory), 8},
		{"v4l2_buffer", unsafe.Sizeof(b), 88},
		{"v4l2_buffer.bytesused", unsafe.Offsetof(b.bytesUsed), 8},
		{"v4l2_buffer.flags", unsafe.Offsetof(b.flags), 12},
		{"v4l2_buffer.field", unsafe.Offsetof(b.field), 16},
		{"v4l2_buffer.timestamp.tv_sec", unsafe.Offsetof(b.sec), 24},
		{"v4l2_buffer.timestamp.tv_usec", unsafe.Offsetof(b.usec), 32},
		{"v4l2_buffer.timecode", unsafe.Offsetof(b.timecode), 40},
		{"v4l2_buffer.sequence", unsafe.Offsetof(b.sequence), 56},
		{"v4l2_buffer.memory", unsafe.Offsetof(b.memory), 60},
		{"v4l2_buffer.m.offset", unsafe.Offsetof(b.offset), 64},
		{"v4l2_buffer.length", unsafe.Offsetof(b.length), 72},
		{"v4l2_buffer.request_fd", unsafe.Offsetof(b.request), 80},
		{"v4l2_queryctrl", unsafe.Sizeof(q), 68},
		{"v4l2_queryctrl.name", unsafe.Offsetof(q.name), 8},
		{"v4l2_queryctrl.minimum", unsafe.Offsetof(q.min), 40},
		{"v4l2_queryctrl.flags", unsafe.Offsetof(q.flags), 56},
		{"v4l2_control", unsafe.Sizeof(ct), 8},
		{"v4l2_control.value", unsafe.Offsetof(ct.value), 4},
	} {
		if c.got != c.want {
			t.Errorf("%s is %d, want %d", c.name, c.got, c.want)
		}
	}
}

// TestRequests makes every request number anew from its parts (the kernel's
// asm-generic/ioctl.h).
func TestRequests(t *testing.T) {
	const write, read = 1, 2
	for _, c := range []struct {
		name           string
		got            uintptr
		direction, num uintptr
		size           uintptr
	}{
		{"VIDIOC_QUERYCAP", reqQueryCap, read, 0, unsafe.Sizeof(capability{})},
		{"VIDIOC_ENUM_FMT", reqEnumFmt, read | write, 2, unsafe.Sizeof(fmtDesc{})},
		{"VIDIOC_S_FMT", reqSetFmt, read | write, 5, unsafe.Sizeof(format{})},
		{"VIDIOC_REQBUFS", reqReqBufs, read | write, 8, unsafe.Sizeof(requestBuffers{})},
		{"VIDIOC_QUERYBUF", reqQueryBuf, read | write, 9, unsafe.Sizeof(buffer{})},
		{"VIDIOC_QBUF", reqQBuf, read | write, 15, unsafe.Sizeof(buffer{})},
		{"VIDIOC_DQBUF", reqDQBuf, read | write, 17, unsafe.Sizeof(buffer{})},
		{"VIDIOC_STREAMON", reqStreamOn, write, 18, 4},
		{"VIDIOC_STREAMOFF", reqStreamOff, write, 19, 4},
		{"VIDIOC_G_PARM", reqGetParm, read | write, 21, unsafe.Sizeof(streamParm{})},
		{"VIDIOC_S_PARM", reqSetParm, read | write, 22, unsafe.Sizeof(streamParm{})},
		{"VIDIOC_G_CTRL", reqGetCtrl, read | write, 27, unsafe.Sizeof(control{})},
		{"VIDIOC_S_CTRL", reqSetCtrl, read | write, 28, unsafe.Sizeof(control{})},
		{"VIDIOC_QUERYCTRL", reqQueryCtrl, read | write, 36, unsafe.Sizeof(queryControl{})},
		{"VIDIOC_ENUM_FRAMESIZES", reqFrameSizes, read | write, 74, unsafe.Sizeof(frameSize{})},
		{"VIDIOC_ENUM_FRAMEINTERVALS", reqFrameIntervals, read | write, 75, unsafe.Sizeof(frameInterval{})},
	} {
		if want := c.direction<<30 | c.size<<16 | 'V'<<8 | c.num; c.got != want {
			t.Errorf("%s is %#x, want %#x", c.name, c.got, want)
		}
	}
}

func TestFourCC(t *testing.T) {
	for c, want := range map[FourCC]string{YUYV: "YUYV", Grey: "GREY", 'Y' | '1'<<8 | '0'<<16 | ' '<<24: "Y10", 0x01020304: "????"} {
		if got := c.String(); got != want {
			t.Errorf("%#x is %q, want %q", uint32(c), got, want)
		}
	}
}
