package jpeg

import (
	"bytes"
	"encoding/binary"
	"math"
	mathbits "math/bits"
	"math/rand/v2"
)

// An encoder writes JPEGs of every sampling that cameras use, which the
// standard library's does not. It serves the tests alone and is slow.
type encoder struct {
	w, h     int
	sampling [3][2]int // h, v of Y, Cb, Cr; a zero Cb: grey
	quality  int       // the quantisation of every coefficient: 1 is the finest
	interval int
	tables   bool // whether Huffman tables are written
	scans    bool // each component in a scan of its own
	seed     uint64

	out  bytes.Buffer
	acc  uint32
	n    int
	mean [3]int
}

func (e *encoder) comps() int {
	if e.sampling[1][0] == 0 {
		return 1
	}
	return 3
}

// sample is a picture that is smooth in places, sharp in others, and coloured.
func (e *encoder) sample(c int, x, y float64) float64 {
	v := 128 + 60*math.Sin(x/17+float64(c))*math.Cos(y/23)
	if int(x/24)%2 == int(y/16)%2 {
		v += float64(30 - 50*c)
	}
	if c == 0 && int(x)/64%3 == 0 {
		r := rand.New(rand.NewPCG(uint64(x), uint64(y)^e.seed))
		v += r.Float64()*60 - 30
	}
	return max(0, min(255, v))
}

func (e *encoder) segment(marker byte, body ...byte) {
	e.out.Write([]byte{0xff, marker})
	e.out.Write(binary.BigEndian.AppendUint16(nil, uint16(len(body)+2)))
	e.out.Write(body)
}

func (e *encoder) bytes() []byte {
	e.out.Reset()
	e.out.Write([]byte{0xff, markSOI})
	q := bytes.Repeat([]byte{byte(e.quality)}, 64)
	e.segment(markDQT, append([]byte{0}, q...)...)
	if e.tables {
		for class := range 2 {
			for id := range 2 {
				s := &standard[class][id]
				e.segment(markDHT, append(append([]byte{byte(class<<4 | id)}, s.counts[:]...), s.symbols...)...)
			}
		}
	}
	n := e.comps()
	head := binary.BigEndian.AppendUint16([]byte{8}, uint16(e.h))
	head = append(binary.BigEndian.AppendUint16(head, uint16(e.w)), byte(n))
	for c := range n {
		head = append(head, byte(c+1), byte(e.sampling[c][0]<<4|e.sampling[c][1]), 0)
	}
	e.segment(markSOF0, head...)
	if e.interval > 0 {
		e.segment(markDRI, binary.BigEndian.AppendUint16(nil, uint16(e.interval))...)
	}
	if !e.scans {
		e.scan(0, n)
	} else {
		for c := range n {
			e.scan(c, 1)
		}
	}
	e.out.Write([]byte{0xff, markEOI})
	return bytes.Clone(e.out.Bytes())
}

// scan writes n components from the first on.
func (e *encoder) scan(first, n int) {
	head := []byte{byte(n)}
	for c := first; c < first+n; c++ {
		head = append(head, byte(c+1), byte(min(c, 1)*0x11))
	}
	e.segment(markSOS, append(head, 0, 63, 0)...)
	e.mean = [3]int{}
	hMax, vMax := e.sampling[0][0], e.sampling[0][1]
	across, down := ceilDiv(e.w, 8*hMax), ceilDiv(e.h, 8*vMax)
	if n == 1 {
		s := e.sampling[first]
		across, down = ceilDiv(ceilDiv(e.w*s[0], hMax), 8), ceilDiv(ceilDiv(e.h*s[1], vMax), 8)
	}
	for i := range across * down {
		if e.interval > 0 && i > 0 && i%e.interval == 0 {
			e.flush()
			e.out.Write([]byte{0xff, byte(markRST0 + (i/e.interval-1)&7)})
			e.mean = [3]int{}
		}
		for c := first; c < first+n; c++ {
			s := e.sampling[c]
			if n == 1 {
				s = [2]int{1, 1}
			}
			for v := range s[1] {
				for h := range s[0] {
					e.block(c, i%across*s[0]+h, i/across*s[1]+v)
				}
			}
		}
	}
	e.flush()
}

func (e *encoder) block(c, bx, by int) {
	sx, sy := float64(e.sampling[0][0])/float64(e.sampling[c][0]), float64(e.sampling[0][1])/float64(e.sampling[c][1])
	var s [64]float64
	for i := range s {
		s[i] = e.sample(c, float64(bx*8+i%8)*sx, float64(by*8+i/8)*sy) - 128
	}
	f := forward(&s)
	id, k0 := min(c, 1), 0
	level := func(k int) int { return int(math.Round(f[zigzag[k]] / float64(e.quality))) }
	dc := level(0)
	e.value(0, id, 0, dc-e.mean[c])
	e.mean[c] = dc
	for k := 1; k < 64; k++ {
		v := level(k)
		if v == 0 {
			continue
		}
		run := k - k0 - 1
		for ; run > 15; run -= 16 {
			e.code(1, id, 0xf0)
		}
		e.value(1, id, run, v)
		k0 = k
	}
	if k0 < 63 {
		e.code(1, id, 0)
	}
}

func (e *encoder) value(class, id, run, v int) {
	size := mathbits.Len(uint(max(v, -v)))
	e.code(class, id, byte(run<<4|size))
	if v < 0 {
		v += 1<<size - 1
	}
	e.put(v, size)
}

func (e *encoder) code(class, id int, symbol byte) {
	s := &standard[class][id]
	code, at := 0, 0
	for i, c := range s.counts {
		for range c {
			if s.symbols[at] == symbol {
				e.put(code, i+1)
				return
			}
			code++
			at++
		}
		code <<= 1
	}
	panic("no such symbol")
}

func (e *encoder) put(v, n int) {
	for i := n - 1; i >= 0; i-- {
		e.acc = e.acc<<1 | uint32(v>>i&1)
		if e.n++; e.n == 8 {
			e.out.WriteByte(byte(e.acc))
			if byte(e.acc) == 0xff {
				e.out.WriteByte(0)
			}
			e.acc, e.n = 0, 0
		}
	}
}

func (e *encoder) flush() {
	for e.n > 0 {
		e.put(1, 1)
	}
}

// forward is the transform as T.81 A.3.3 defines it.
func forward(s *[64]float64) (f [64]float64) {
	var rows [64]float64
	for i := range rows {
		for x := range 8 {
			rows[i] += s[i&^7+x] * basis8[i%8][x]
		}
	}
	for i := range f {
		for y := range 8 {
			f[i] += rows[y*8+i%8] * basis8[i/8][y]
		}
	}
	return f
}

var basis8 = func() (t [8][8]float64) {
	for i := range 64 {
		t[i/8][i%8] = basis(i/8, i%8, 8)
	}
	return t
}()

// inverse transforms the n×n lowest coefficients of a block into n×n samples.
func inverse(f *[64]int32, n int) (s []float64) {
	s = make([]float64, n*n)
	for j := range s {
		for i, v := range f {
			if i%8 < n && i/8 < n {
				s[j] += float64(v) * basis(i%8, j%n, n) * basis(i/8, j/n, n)
			}
		}
		s[j] = s[j]*float64(n)/8 + 128
	}
	return s
}

// basis is the orthonormal cosine number k of n points, at point x.
func basis(k, x, n int) float64 {
	c := math.Sqrt(2 / float64(n))
	if k == 0 {
		c = math.Sqrt(1 / float64(n))
	}
	return c * math.Cos(float64((2*x+1)*k)*math.Pi/float64(2*n))
}
