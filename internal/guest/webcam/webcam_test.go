package webcam

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"io"
	"net"
	"testing"
)

// host is the kernel's end of the connection.
type host struct {
	t *testing.T
	net.Conn
	number uint32
}

func newHost(t *testing.T, w, h int) (*Camera, *host) {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * 7)
	}
	c, err := New("Test", "7", m, 1000)
	if err != nil {
		t.Fatal(err)
	}
	ours, its := net.Pipe()
	c.start(its)
	t.Cleanup(c.Unplug)
	return c, &host{t: t, Conn: ours}
}

// ask sends a request, and returns its number.
func (h *host) ask(in bool, endpoint uint32, length int, setup [8]byte, data []byte) uint32 {
	h.t.Helper()
	h.number++
	m := make([]byte, wireHeader)
	direction := uint32(0)
	if in {
		direction = 1
	}
	for i, v := range []uint32{opSubmit, h.number, 1, direction, endpoint, 0, uint32(length)} {
		binary.BigEndian.PutUint32(m[4*i:], v)
	}
	copy(m[40:], setup[:])
	if _, err := h.Write(append(m, data...)); err != nil {
		h.t.Fatal(err)
	}
	return h.number
}

// hear returns the next answer: its kind, number, status and data.
func (h *host) hear(in bool) (op, number uint32, status int32, data []byte) {
	h.t.Helper()
	var m [wireHeader]byte
	if _, err := io.ReadFull(h, m[:]); err != nil {
		h.t.Fatal(err)
	}
	field := func(i int) uint32 { return binary.BigEndian.Uint32(m[4*i:]) }
	if op = field(0); op == opSubmitted && in {
		data = make([]byte, field(6))
		if _, err := io.ReadFull(h, data); err != nil {
			h.t.Fatal(err)
		}
	}
	return op, field(1), int32(field(5)), data
}

// control makes a request of the control endpoint.
func (h *host) control(kind, request uint8, value uint16, length int, data []byte) ([]byte, int32) {
	h.t.Helper()
	setup := [8]byte{kind, request, byte(value), byte(value >> 8), streamInterface, 0, byte(length), byte(length >> 8)}
	n := h.ask(kind&directionIn != 0, 0, length, setup, data)
	op, number, status, reply := h.hear(kind&directionIn != 0)
	if op != opSubmitted || number != n {
		h.t.Fatalf("answer %d to request %d, want to %d", op, number, n)
	}
	return reply, status
}

// TestDescriptors walks through the lengths that descriptors name.
func TestDescriptors(t *testing.T) {
	_, h := newHost(t, 64, 48)
	short, _ := h.control(directionIn, getDescriptor, typeConfig<<8, 9, nil)
	if len(short) != 9 {
		t.Fatalf("%d bytes of 9 that were asked for", len(short))
	}
	total := int(binary.LittleEndian.Uint16(short[2:]))
	all, status := h.control(directionIn, getDescriptor, typeConfig<<8, 4096, nil)
	if len(all) != total || status != 0 {
		t.Fatalf("%d bytes of %d, status %d", len(all), total, status)
	}
	kinds := map[[2]byte]int{}
	left := 0 // of what a header of the class says that it covers
	for rest := all; len(rest) > 0; rest = rest[rest[0]:] {
		if rest[0] < 2 || int(rest[0]) > len(rest) {
			t.Fatalf("a descriptor of %d bytes, with %d left", rest[0], len(rest))
		}
		if rest[1] != typeClass {
			if left != 0 {
				t.Errorf("a header of the class counts %d bytes too many", left)
			}
			left = 0
			kinds[[2]byte{rest[1]}]++
			continue
		}
		kinds[[2]byte{rest[1], rest[2]}]++
		if rest[2] == 1 && kinds[[2]byte{typeInterface}] == 1 {
			left = int(binary.LittleEndian.Uint16(rest[5:]))
		} else if rest[2] == 1 {
			left = int(binary.LittleEndian.Uint16(rest[4:]))
		}
		left -= int(rest[0])
	}
	if left != 0 || kinds[[2]byte{typeInterface}] != 2 || kinds[[2]byte{typeEndpoint}] != 1 || kinds[[2]byte{typeClass, 5}] != 1 || kinds[[2]byte{typeClass, 7}] != 1 {
		t.Errorf("descriptors %v, %d bytes uncounted", kinds, left)
	}
	name, _ := h.control(directionIn, getDescriptor, typeString<<8|stringName, 255, nil)
	if !bytes.Equal(name, []byte{10, 3, 'T', 0, 'e', 0, 's', 0, 't', 0}) {
		t.Errorf("the name is %v", name)
	}
	if _, status := h.control(directionIn, getDescriptor, 0x0f00, 255, nil); status != stalled {
		t.Errorf("a descriptor that is not there: status %d", status)
	}
}

// TestStream takes frames in pieces.
func TestStream(t *testing.T) {
	c, h := newHost(t, 64, 48)
	for _, format := range []uint8{formatYUY2, formatMJPEG} {
		probe, _ := h.control(directionIn|ofClass|1, getCur, probing<<8, probeBytes, nil)
		if len(probe) != probeBytes {
			t.Fatalf("%d bytes are agreed on", len(probe))
		}
		probe[2] = format
		for _, what := range []uint16{probing, committed} {
			if _, status := h.control(ofClass|1, setCur, what<<8, probeBytes, probe); status != 0 {
				t.Fatalf("status %d", status)
			}
		}
		var toggles []byte
		for range 2 {
			payload := h.payload(1000, headerBytes+c.frameBytes())
			turn := payload[1] & 1
			if want := c.frames[format][turn]; !bytes.Equal(payload[headerBytes:], want) {
				t.Errorf("format %d: a frame of %d bytes, want %d", format, len(payload)-headerBytes, len(want))
			}
			toggles = append(toggles, turn)
		}
		if toggles[0] == toggles[1] {
			t.Error("two frames have one identity")
		}
		if bytes.Equal(c.frames[format][0], c.frames[format][1]) {
			t.Error("there is no noise")
		}
	}
}

// payload asks for pieces until one is short, or most bytes have come.
func (h *host) payload(piece, most int) (all []byte) {
	h.t.Helper()
	for len(all) < most {
		n := h.ask(true, streamEndpoint, piece, [8]byte{}, nil)
		_, number, status, data := h.hear(true)
		if number != n || status != 0 {
			h.t.Fatalf("answer to %d, want to %d; status %d", number, n, status)
		}
		if all = append(all, data...); len(data) < piece {
			break
		}
	}
	return all
}

func TestTakingBack(t *testing.T) {
	_, h := newHost(t, 64, 48)
	h.number = 40
	m := make([]byte, wireHeader)
	binary.BigEndian.PutUint32(m[0:], opUnlink)
	binary.BigEndian.PutUint32(m[4:], 99)
	binary.BigEndian.PutUint32(m[20:], 7)
	if _, err := h.Write(m); err != nil {
		t.Fatal(err)
	}
	if op, number, status, _ := h.hear(false); op != opUnlinked || number != 99 || status != 0 {
		t.Errorf("what was never asked for is taken back: %d, %d, status %d", op, number, status)
	}
}

// TestGarbageEndsIt wants no camera to hang on what is no USB/IP.
func TestGarbageEndsIt(t *testing.T) {
	c, h := newHost(t, 64, 48)
	if _, err := h.Write(make([]byte, wireHeader)); err != nil {
		t.Fatal(err)
	}
	c.work.Wait()
}

func TestPictures(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 4, 2))
	for y := range 2 {
		for x := range 4 {
			m.Set(x, y, []color.Color{color.White, color.White, color.Black, color.Black}[x])
		}
	}
	if got, want := yuyv(m), bytes.Repeat([]byte{235, 128, 235, 128, 16, 128, 16, 128}, 2); !bytes.Equal(got, want) {
		t.Errorf("YUY2 %v, want %v", got, want)
	}
	bare, err := bareJPEG(m)
	if err != nil || bytes.Contains(bare, []byte{0xff, 0xc4}) || !bytes.HasPrefix(bare, []byte{0xff, 0xd8}) || !bytes.HasSuffix(bare, []byte{0xff, 0xd9}) {
		t.Errorf("JPEG % x, %v", bare, err)
	}
	if _, err := New("odd", "", image.NewGray(image.Rect(0, 0, 3, 2)), 30); err == nil {
		t.Error("a camera of 3×2 is made")
	}
}
