package jpeg

const (
	// lookBits is how many bits find a code, and often its value as well, in
	// one step.
	lookBits = 9
	lookSize = 1 << lookBits
)

// An entry of huffman.look says what begins with some lookBits bits:
//
//	bits 0..5    how many bits it takes
//	bits 6..7    entryLong: a longer code; entryValue: run and value are here;
//	             entrySymbol: the symbol is here and its value's bits follow
//	bits 8..15   the run of zeros, or the symbol
//	bits 16..31  the value, signed
const (
	entryLong   = 0 << 6
	entryValue  = 1 << 6
	entrySymbol = 2 << 6
	entryKind   = 3 << 6
	entryBits   = 1<<6 - 1
)

// huffman is a table of codes, built from what a DHT segment says.
type huffman struct {
	look    [lookSize]uint32
	max     [17]int32 // the largest code of each length, -1: none
	offset  [17]int32 // from a code of that length to its symbol
	symbols [256]uint8
	counts  [16]uint8
	n       int  // symbols; 0: not built
	given   bool // by the picture at hand
}

// holds reports whether h was built from just this.
func (h *huffman) holds(counts *[16]uint8, symbols []uint8) bool {
	return h.n == len(symbols) && h.counts == *counts && string(h.symbols[:h.n]) == string(symbols)
}

// build makes h the table with counts[i] codes of i+1 bits. It reports whether
// such codes exist.
func (h *huffman) build(counts *[16]uint8, symbols []uint8) bool {
	if h.holds(counts, symbols) {
		return true
	}
	h.n = 0
	code := int32(0)
	for i, c := range counts {
		if code += int32(c); code > 1<<(i+1) {
			return false
		}
		code <<= 1
	}
	h.counts = *counts
	copy(h.symbols[:], symbols)
	clear(h.look[:])
	code, next := 0, int32(0)
	for i, c := range counts {
		length := i + 1
		h.max[length], h.offset[length] = -1, next-code
		for range c {
			if length <= lookBits {
				h.enter(uint32(code), length, symbols[next])
			}
			h.max[length] = code
			code++
			next++
		}
		code <<= 1
	}
	h.n = len(symbols)
	return true
}

// enter fills the part of look that begins with a code.
func (h *huffman) enter(code uint32, length int, symbol uint8) {
	rest := lookBits - length
	size := int(symbol & 15)
	for tail := range uint32(1) << rest {
		e := uint32(symbol)<<8 | entrySymbol | uint32(length)
		if size > 0 && size <= rest {
			v := int32(tail >> (rest - size))
			if v < 1<<(size-1) {
				v -= 1<<size - 1
			}
			e = uint32(uint16(v))<<16 | uint32(symbol>>4)<<8 | entryValue | uint32(length+size)
		}
		h.look[code<<rest|tail] = e
	}
}

// long finds a code of more than lookBits bits at the top of acc: its symbol
// and length, or length 0 where there is none.
func (h *huffman) long(acc uint64) (symbol uint8, length int) {
	for length = lookBits + 1; length <= 16; length++ {
		if code := int32(acc >> (64 - uint(length))); code <= h.max[length] {
			return h.symbols[(code+h.offset[length])&255], length
		}
	}
	return 0, 0
}
