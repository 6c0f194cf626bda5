package jpeg

import "encoding/binary"

// bits reads entropy-coded data. It stops before a marker and at the end, and
// goes on with zeros; overrun tells whether any of those were used.
type bits struct {
	data []byte
	pos  int    // of the next byte to take into acc
	acc  uint64 // the next bit is the highest
	n    int    // bits in acc, zeros past the end included
	pad  int    // how many of them are such zeros
}

// fill makes n more than 32.
func (b *bits) fill() {
	if b.n > 32 {
		return
	}
	if p := b.pos; p+4 <= len(b.data) {
		v := binary.BigEndian.Uint32(b.data[p : p+4])
		if (^v-0x01010101)&v&0x80808080 == 0 { // no byte is 0xff
			b.acc |= uint64(v) << (uint(32-b.n) & 63)
			b.n += 32
			b.pos += 4
			return
		}
	}
	b.fillBytes()
}

func (b *bits) fillBytes() {
	for b.n <= 56 {
		if b.pos >= len(b.data) {
			b.padUp()
			return
		}
		c := b.data[b.pos]
		if c == 0xff {
			if b.pos+1 >= len(b.data) || b.data[b.pos+1] != 0 {
				b.padUp()
				return
			}
			b.pos++
		}
		b.pos++
		b.acc |= uint64(c) << (uint(56-b.n) & 63)
		b.n += 8
	}
}

func (b *bits) padUp() {
	b.pad += 64 - b.n
	b.n = 64
}

// overrun reports whether more bits were taken than there were.
func (b *bits) overrun() bool { return b.n < b.pad }

// restart drops the bits that are left and steps over the marker RSTn, which
// may follow fill bytes. It reports whether that marker was there.
func (b *bits) restart(n int) bool {
	b.acc, b.n, b.pad = 0, 0, 0
	for b.pos+1 < len(b.data) && b.data[b.pos] == 0xff && b.data[b.pos+1] == 0xff {
		b.pos++
	}
	if b.pos+1 >= len(b.data) || b.data[b.pos] != 0xff || b.data[b.pos+1] != byte(markRST0+n) {
		return false
	}
	b.pos += 2
	return true
}
