package feed

import (
	"container/list"
	"sync"

	"github.com/ocellus-vision/ocellus/data"
)

// kept is decoded samples, those used last, within a number of bytes. A sample
// is the same whether it was kept or is read again, so what is kept changes how
// long a batch takes and nothing else. It may be used by any number of
// goroutines: one reads a sample that several want, and the others wait.
type kept struct {
	limit int // bytes of pixels

	mu    sync.Mutex
	bytes int
	at    map[int]*list.Element // by index of the sample; values are *keeping
	used  list.List             // the last first
}

// keeping is a sample that is kept, or being read for that.
type keeping struct {
	index  int
	once   sync.Once
	sample data.Sample
	err    error
	bytes  int // 0 while it is being read
}

func newKept(limit int) *kept { return &kept{limit: limit, at: map[int]*list.Element{}} }

// get returns sample i, by read where it is not kept. The sample is shared. An
// error is not kept.
func (k *kept) get(i int, read func(i int) (data.Sample, error)) (data.Sample, error) {
	e := k.find(i)
	s := e.Value.(*keeping)
	s.once.Do(func() {
		s.sample, s.err = read(i)
		k.weigh(e)
	})
	return s.sample, s.err
}

// find returns the place of sample i, which is the one used last now.
func (k *kept) find(i int) *list.Element {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e, ok := k.at[i]; ok {
		k.used.MoveToFront(e)
		return e
	}
	e := k.used.PushFront(&keeping{index: i})
	k.at[i] = e
	return e
}

// weigh counts a sample that has been read, and lets go of those that have not
// been used for longest until all are within the limit.
func (k *kept) weigh(e *list.Element) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := e.Value.(*keeping)
	if s.err != nil {
		k.drop(e)
		return
	}
	if k.at[s.index] != e { // let go of while it was being read
		return
	}
	s.bytes = len(s.sample.Image.Pix)
	k.bytes += s.bytes
	for k.bytes > k.limit {
		k.drop(k.used.Back())
	}
}

// drop lets go of a sample, if that has not been done.
func (k *kept) drop(e *list.Element) {
	s := e.Value.(*keeping)
	if k.at[s.index] != e {
		return
	}
	k.used.Remove(e)
	delete(k.at, s.index)
	k.bytes -= s.bytes
}
