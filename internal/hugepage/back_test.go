package hugepage

import "testing"

// Memory stays zero, can be written to from end to end, and is left alone
// where it is too short to hold a large page.
func TestBack(t *testing.T) {
	for _, n := range []int{0, 1, 4096, 4<<20 - 1, 4 << 20, 5<<20 + 17} {
		for _, skip := range []int{0, 64} {
			b := make([]byte, n+skip)[skip:]
			Back(b)
			for i := range b {
				if b[i] != 0 {
					t.Fatalf("%d bytes: byte %d is %d", n, i, b[i])
				}
				b[i] = byte(i*7 + 1)
			}
			for i := range b {
				if b[i] != byte(i*7+1) {
					t.Fatalf("%d bytes: byte %d is lost", n, i)
				}
			}
		}
	}
}

// What lies beside is not touched.
func TestNeighbours(t *testing.T) {
	const beside = 3 << 20
	b := make([]byte, 12<<20)
	for i := range b {
		if i < beside || i >= len(b)-beside {
			b[i] = 1
		}
	}
	Back(b[beside : len(b)-beside])
	for i := range b {
		want := byte(0)
		if i < beside || i >= len(b)-beside {
			want = 1
		}
		if b[i] != want {
			t.Fatalf("byte %d is %d, want %d", i, b[i], want)
		}
	}
}
