package vision

// softHeap is a heap of candidates, the best on top, whose scores can be
// lowered while they are in it.
type softHeap struct {
	scores []float32 // by candidate
	items  []int32   // the heap
	place  []int32   // by candidate: where in items, -1: taken
}

// reset fills h with candidates that are sorted already, which is a heap.
func (h *softHeap) reset(order []ranked) {
	n := len(order)
	h.scores, h.items, h.place = resize(h.scores, n), resize(h.items, n), resize(h.place, n)
	for i, r := range order {
		h.scores[i], h.items[i], h.place[i] = r.score, int32(i), int32(i)
	}
}

// before reports whether candidate a goes before b: the better, or of equal
// ones the one that was better at first.
func (h *softHeap) before(a, b int32) bool {
	if h.scores[a] != h.scores[b] {
		return h.scores[a] > h.scores[b]
	}
	return a < b
}

// pop takes out the best candidate.
func (h *softHeap) pop() int32 {
	top, last := h.items[0], len(h.items)-1
	h.put(0, h.items[last])
	h.items = h.items[:last]
	h.place[top] = -1
	if last > 0 {
		h.sink(0)
	}
	return top
}

// lower multiplies the score of candidate c by a factor up to 1. A score
// below 0 would rise, and stays.
func (h *softHeap) lower(c int32, factor float32) {
	if h.scores[c] > 0 {
		h.scores[c] *= factor
		h.sink(int(h.place[c]))
	}
}

func (h *softHeap) put(i int, c int32) { h.items[i], h.place[c] = c, int32(i) }

func (h *softHeap) sink(i int) {
	c := h.items[i]
	for {
		child := 2*i + 1
		if child >= len(h.items) {
			break
		}
		if child+1 < len(h.items) && h.before(h.items[child+1], h.items[child]) {
			child++
		}
		if h.before(c, h.items[child]) {
			break
		}
		h.put(i, h.items[child])
		i = child
	}
	h.put(i, c)
}
