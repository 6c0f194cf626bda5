package vision

import "math/rand/v2"

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func noise(b []uint8) {
	r := newRand(uint64(len(b)))
	for i := range b {
		b[i] = uint8(r.Uint32())
	}
}

func noiseImage(w, h int) *Image {
	m := NewImage(w, h)
	noise(m.Pix)
	return m
}
