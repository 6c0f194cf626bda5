package plan

import (
	"runtime"
	"unsafe"

	"github.com/ocellus-vision/ocellus/nn"
)

// taken are the constants of a graph that is given up.
type taken struct {
	at      map[uintptr]int // how many constants lie where; keeps none alive
	step    int             // collect when so many bytes have been dropped,
	dropped int             // of which there are so many since
}

// leastGarbage is how many bytes of packed constants are worth a collection,
// which takes a millisecond or less: the heap has few objects.
const leastGarbage = 1 << 20

// takeConstants takes the constants out of a graph that is given up.
func (p *program) takeConstants(g *nn.Graph) {
	for i := range g.Values {
		g.Values[i].Const = nil
	}
	t := &taken{at: map[uintptr]int{}}
	total := 0
	for i := range p.vals {
		if c := p.vals[i].konst; c != nil {
			t.at[address(c)]++
			total += len(c.Bytes())
		}
	}
	t.step = max(leastGarbage, total/16)
	p.taken = t
}

// mayChange reports whether a constant may be changed where it lies: nobody
// else has it.
func (t *taken) mayChange(c *nn.Tensor) bool {
	return t != nil && t.at[address(c)] <= 1
}

// drop notes that constants of so many bytes are let go of. Packing outruns
// the collector, which has to be told, or the heap would grow to hold two forms
// of all.
func (t *taken) drop(bytes int) {
	if t == nil {
		return
	}
	if t.dropped += bytes; t.dropped >= t.step {
		t.collect()
	}
}

func (t *taken) collect() {
	if t != nil && t.dropped > 0 {
		t.dropped = 0
		runtime.GC()
	}
}

func address(c *nn.Tensor) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(c.Bytes()))) }
