package splitmix

import "testing"

// TestMix holds the first numbers of the seed 1234567 against those that the
// published generator gives.
func TestMix(t *testing.T) {
	state := uint64(1234567)
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423} {
		if got := Mix(state); got != want {
			t.Errorf("number %d is %d, want %d", i, got, want)
		}
		state += Golden
	}
}
