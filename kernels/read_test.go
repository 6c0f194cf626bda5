package kernels

import (
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// Every row reads every byte, and none beyond.
func TestReadRows(t *testing.T) {
	const rounds = 2
	for _, row := range ReadRows(Detect()) {
		for _, side := range []check.Side{check.EndsAtGuard, check.StartsPastGuard} {
			b := check.Guarded[byte](t, rounds*ReadRound, side)
			clear(b)
			if got := row.Func(&b[0], rounds); got != 0 {
				t.Errorf("%s, buffer %v: %#x out of zeros", row.Name, side, got)
			}
			for i := range b {
				b[i] = 0x80
				if row.Func(&b[0], rounds) == 0 {
					t.Errorf("%s, buffer %v: byte %d is not read", row.Name, side, i)
				}
				b[i] = 0
			}
		}
	}
	if got := ReadRows(0)[0].Measure(make([]byte, ReadRound-1)); got != 0 {
		t.Errorf("%v bytes a second out of too few", got)
	}
}
