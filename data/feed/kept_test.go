package feed

import (
	"reflect"
	"sync"
	"testing"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/vision"
)

// boxed is a set of boxes that counts how often its pictures are decoded.
type boxed struct {
	greys
	mu   sync.Mutex
	read int
}

func (s *boxed) Sample(i int) (data.Sample, error) {
	s.mu.Lock()
	s.read++
	s.mu.Unlock()
	out, err := s.greys.Sample(i)
	out.Label, out.Points = -1, nil
	out.Objects = []data.Object{{Box: vision.Box{X1: 1, Y1: 1, X2: 5, Y2: 4}}}
	return out, err
}

// pictureBytes is what one of greys takes.
const pictureBytes = 8 * 6 * 3

// TestMosaicsHangOnNothingKept has the same batches, whatever is kept and
// however many workers share it.
func TestMosaicsHangOnNothingKept(t *testing.T) {
	cfg := config(t, "mosaic,mirror,noise:9")
	var want []Batch
	for _, workers := range []int{1, 7} {
		for _, keep := range []int{-1, 1, 3 * pictureBytes, 0} {
			cfg.Workers, cfg.Keep = workers, keep
			got := readAll(t, newFeed(t, &boxed{greys: greys{n: 200, broken: []int{7, 20}}}, cfg), 0, 3, 80)
			if want == nil {
				want = got
			} else if !reflect.DeepEqual(want, got) {
				t.Errorf("%d workers that keep %d bytes make other batches", workers, keep)
			}
		}
	}
}

// TestMosaicsDecodeOnce counts: room for what mosaics are drawn from is enough
// for a picture to be decoded little more than once an epoch, room for the set
// for once at all.
func TestMosaicsDecodeOnce(t *testing.T) {
	const n, epochs = 400, 3
	cfg := config(t, "mosaic")
	for _, c := range []struct{ keep, least, most int }{
		{-1, 4 * n * epochs, 4 * n * epochs},
		{(nearBatches + 2) * cfg.Batch * pictureBytes, n * epochs * 9 / 10, n * epochs * 6 / 5},
		{0, n, n},
	} {
		cfg.Keep = c.keep
		src := &boxed{greys: greys{n: n}}
		f := newFeed(t, src, cfg)
		b := f.NewBatch()
		for step := range epochs * f.Steps() {
			if err := f.Fill(b, step/f.Steps(), step%f.Steps()); err != nil {
				t.Fatal(err)
			}
			if f.kept != nil && (f.kept.bytes > f.cfg.Keep || f.kept.bytes != pictureBytes*len(f.kept.at) || f.kept.used.Len() != len(f.kept.at)) {
				t.Fatalf("%d bytes in %d pictures are kept, of %d", f.kept.bytes, len(f.kept.at), f.cfg.Keep)
			}
		}
		if src.read < c.least || src.read > c.most {
			t.Errorf("%d pictures decoded %d times in %d epochs by keeping %d bytes, want %d to %d", n, src.read, epochs, c.keep, c.least, c.most)
		}
	}
}

// TestNear has mosaics drawn from about the batch, and as many wherever it
// lies.
func TestNear(t *testing.T) {
	for _, c := range []struct{ batch, set, end, from, to int }{
		{4, 100, 4, 0, 32}, {4, 100, 32, 0, 32}, {4, 100, 60, 28, 60}, {4, 100, 100, 68, 100},
		{4, 10, 8, 0, 10}, {200, 5000, 2000, 1000, 2000}, {1500, 5000, 3000, 1500, 3000},
	} {
		f := &Feed{cfg: Config{Batch: c.batch}}
		order := make([]int32, c.set)
		for i := range order {
			order[i] = int32(i)
		}
		near := f.near(order, c.end)
		if got := [2]int{int(near[0]), int(near[len(near)-1]) + 1}; got != [2]int{c.from, c.to} {
			t.Errorf("batch of %d that ends at %d of %d: %v, want %d to %d", c.batch, c.end, c.set, got, c.from, c.to)
		}
	}
}
