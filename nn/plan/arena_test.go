package plan

import "testing"

func TestBlocksInUseTogetherDoNotOverlap(t *testing.T) {
	seed := rng(7)
	for range 50 {
		var blocks []*block
		for range 40 {
			first := int((seed.next() + 1) * 50)
			b := &block{bytes: int((seed.next()+1)*5000) + 1, first: first, last: first + int((seed.next()+1)*10)}
			if seed.next() > 0 {
				b.prefix = int((seed.next() + 1) * 200)
			}
			blocks = append(blocks, b)
		}
		total := place(blocks)
		for i, a := range blocks {
			if a.offset%align != 0 || a.start() < 0 || a.start()+a.size() > total {
				t.Fatalf("block %+v in an arena of %d", a, total)
			}
			for _, b := range blocks[:i] {
				together := a.first <= b.last && b.first <= a.last
				if together && a.start() < b.start()+b.size() && b.start() < a.start()+a.size() {
					t.Fatalf("blocks %+v and %+v overlap", a, b)
				}
			}
		}
	}
}

// A chain needs room for two neighbours, however long it is.
func TestArenaOfAChain(t *testing.T) {
	var blocks []*block
	for i := range 20 {
		blocks = append(blocks, &block{bytes: 1000, first: i, last: i + 1})
	}
	if total := place(blocks); total != 2*1024 {
		t.Errorf("%d bytes, want %d", total, 2*1024)
	}
}

func TestAlignedBytes(t *testing.T) {
	for n := range 200 {
		b := alignedBytes(n)
		if len(b) != n || n > 0 && uintptr(pointerOf(b))%align != 0 {
			t.Fatalf("%d bytes at %p", len(b), pointerOf(b))
		}
	}
}
