package jpeg

import "errors"

var (
	errCode = errors.New("there is no such Huffman code")
	errRun  = errors.New("a block has more than 64 coefficients")
)

// block reads one block: its coefficients, dequantised, at their places in c,
// which was all zero. It returns the number, in coded order, of the last
// coefficient that may differ from zero. The mean is told as a difference to
// *mean, that of the component's block before.
func (b *bits) block(c *[64]int32, mean *int32, dc, ac *huffman, quant *[64]int32) (last int, err error) {
	b.fill()
	e := dc.look[b.acc>>(64-lookBits)]
	if e&entryKind == entryValue {
		b.take(int(e & entryBits))
		*mean += int32(e) >> 16
	} else {
		symbol, length := uint8(e>>8), int(e&entryBits)
		if length == 0 {
			if symbol, length = dc.long(b.acc); length == 0 {
				return 0, errCode
			}
		}
		b.take(length)
		if symbol != 0 {
			*mean += extend(b.acc, int(symbol))
			b.take(int(symbol))
		}
	}
	c[0] = *mean * quant[0]

	acc, n := b.acc, b.n
	for k := 1; k < 64; k++ {
		if n <= 32 {
			b.acc, b.n = acc, n
			b.fill()
			acc, n = b.acc, b.n
		}
		e := ac.look[acc>>(64-lookBits)]
		if e&entryKind == entryValue {
			length := int(e & entryBits)
			acc <<= uint(length) & 63
			n -= length
			if k += int(e >> 8 & 255); k > 63 {
				return 0, errRun
			}
			c[zigzag[k]&63] = int32(e) >> 16 * quant[k&63]
			last = k
			continue
		}
		symbol, length := uint8(e>>8), int(e&entryBits)
		if length == 0 {
			if symbol, length = ac.long(acc); length == 0 {
				return 0, errCode
			}
		}
		acc <<= uint(length) & 63
		n -= length
		size := int(symbol & 15)
		if size == 0 {
			if symbol != 0xf0 { // the rest of the block is zero
				break
			}
			k += 15
			continue
		}
		if k += int(symbol >> 4); k > 63 {
			return 0, errRun
		}
		c[zigzag[k]&63] = extend(acc, size) * quant[k&63]
		last = k
		acc <<= uint(size) & 63
		n -= size
	}
	b.acc, b.n = acc, n
	return last, nil
}

func (b *bits) take(n int) {
	b.acc <<= uint(n) & 63
	b.n -= n
}

// extend returns the signed value that size bits at the top of acc stand for
// (ITU-T T.81, F.2.2.1).
func extend(acc uint64, size int) int32 {
	v := int32(acc >> (uint(64-size) & 63))
	return v - (1<<(uint(size)&31)-1)&^int32(int64(acc)>>63)
}
