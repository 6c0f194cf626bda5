package webcam

import (
	"encoding/binary"
	"unicode/utf16"
)

// Types of descriptors.
const (
	typeDevice      = 0x01
	typeConfig      = 0x02
	typeString      = 0x03
	typeInterface   = 0x04
	typeEndpoint    = 0x05
	typeAssociation = 0x0b
	typeClass       = 0x24
)

// Numbers that descriptors name each other by.
const (
	stringMaker, stringName, stringSerial = 1, 2, 3
	controlInterface, streamInterface     = 0, 1
	cameraTerminal, usbTerminal           = 1, 2
	streamEndpoint                        = 1
	formatYUY2, formatMJPEG               = 1, 2
)

const (
	video, videoControl, videoStreaming, videoCollection = 0x0e, 1, 2, 3
	bulk, packet                                         = 2, 512
	uvc11                                                = 0x0110
	directionIn                                          = 0x80
)

// record is a descriptor under way.
type record []byte

func (r record) u8(v ...uint8) record { return append(r, v...) }
func (r record) u16(v uint16) record  { return binary.LittleEndian.AppendUint16(r, v) }
func (r record) u32(v uint32) record  { return binary.LittleEndian.AppendUint32(r, v) }
func descriptor(fields record) []byte { return append([]byte{uint8(len(fields) + 1)}, fields...) }
func class(subtype uint8) (r record)  { return r.u8(typeClass, subtype) }
func is(kind uint8) (r record)        { return r.u8(kind) }
func joined(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func deviceDescriptor() []byte {
	const usb2, vendor, product, release = 0x0200, 0x1209, 0x0001, 0x0100 // pid.codes' number for tests
	return descriptor(is(typeDevice).u16(usb2).u8(0xef, 2, 1, 64).u16(vendor).u16(product).u16(release).u8(stringMaker, stringName, stringSerial, 1))
}

// configDescriptor describes a camera of one size: a control interface of a
// lens and a plug, and a streaming interface of two formats.
func (c *Camera) configDescriptor() []byte {
	terminals := joined(
		descriptor(class(2).u8(cameraTerminal).u16(0x0201).u8(0, 0).u16(0).u16(0).u16(0).u8(3, 0, 0, 0)),
		descriptor(class(3).u8(usbTerminal).u16(0x0101).u8(0, cameraTerminal, 0)),
	)
	const clock, controlHeader, streamHeader = 1_000_000, 13, 15
	formats := joined(
		descriptor(append(class(4).u8(formatYUY2, 1), joined([]byte("YUY2\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"), []byte{16, 1, 0, 0, 0, 0})...)),
		c.frameDescriptor(5), colours(),
		descriptor(class(6).u8(formatMJPEG, 1, 1, 1, 0, 0, 0, 0)),
		c.frameDescriptor(7), colours(),
	)
	body := joined(
		descriptor(is(typeAssociation).u8(controlInterface, 2, video, videoCollection, 0, 0)),
		descriptor(is(typeInterface).u8(controlInterface, 0, 0, video, videoControl, 0, 0)),
		descriptor(class(1).u16(uvc11).u16(uint16(controlHeader+len(terminals))).u32(clock).u8(1, streamInterface)),
		terminals,
		descriptor(is(typeInterface).u8(streamInterface, 0, 1, video, videoStreaming, 0, 0)),
		descriptor(class(1).u8(2).u16(uint16(streamHeader+len(formats))).u8(directionIn|streamEndpoint, 0, usbTerminal, 0, 0, 0, 1, 0, 0)),
		formats,
		descriptor(is(typeEndpoint).u8(directionIn|streamEndpoint, bulk).u16(packet).u8(0)),
	)
	const own, selfPowered, milliamps = 9, 0xc0, 100
	return append(descriptor(is(typeConfig).u16(uint16(own+len(body))).u8(2, 1, 0, selfPowered, milliamps/2)), body...)
}

// frameDescriptor describes the one size and rate of a format.
func (c *Camera) frameDescriptor(subtype uint8) []byte {
	bits := uint32(c.frameBytes()) * 8 * uint32(c.fps)
	return descriptor(class(subtype).u8(1, 0).u16(uint16(c.w)).u16(uint16(c.h)).u32(bits).u32(bits).u32(uint32(c.frameBytes())).u32(c.interval()).u8(1).u32(c.interval()))
}

// colours says that pictures are sRGB, by the matrix of BT.601.
func colours() []byte { return descriptor(class(13).u8(1, 1, 4)) }

// frameBytes is what a frame takes at most: that in YUY2.
func (c *Camera) frameBytes() int { return c.w * c.h * 2 }

// interval is the time of a frame in units of 100 ns.
func (c *Camera) interval() uint32 { return 10_000_000 / uint32(c.fps) }

func stringDescriptor(s string) []byte {
	r := is(typeString)
	for _, u := range utf16.Encode([]rune(s)) {
		r = r.u16(u)
	}
	return descriptor(r)
}

// describe answers GET_DESCRIPTOR; nil: there is none.
func (c *Camera) describe(kind, index uint8) []byte {
	switch {
	case kind == typeDevice:
		return deviceDescriptor()
	case kind == typeConfig && index == 0:
		return c.configDescriptor()
	case kind == typeString && index == 0:
		return descriptor(is(typeString).u16(0x0409)) // texts are in English
	case kind == typeString && int(index) <= len(c.texts):
		return stringDescriptor(c.texts[index-1])
	}
	return nil
}
