package feed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/data/augment"
	"github.com/ocellus-vision/ocellus/vision"
)

// greys is a set of pictures whose first pixel tells which they are. Those in
// broken cannot be read.
type greys struct {
	n      int
	broken []int
}

func (g greys) Len() int          { return g.n }
func (g greys) Name(i int) string { return fmt.Sprintf("grey %d", i) }
func (g greys) Hash() string      { return fmt.Sprint(g) }
func (g greys) Sample(i int) (data.Sample, error) {
	if slices.Contains(g.broken, i) {
		return data.Sample{}, &data.ErrFile{File: g.Name(i), Why: "is broken"}
	}
	m := vision.NewImage(8, 6)
	for k := range m.Pix {
		m.Pix[k] = uint8(i + k)
	}
	return data.Sample{Image: m, Label: i % 7, Points: []vision.Point{{X: 2, Y: 3}}}, nil
}

func config(t testing.TB, policy string) Config {
	t.Helper()
	p, err := augment.Parse(policy)
	if err != nil {
		t.Fatal(err)
	}
	return Config{Preprocess: vision.Preprocess{Width: 8, Height: 6, Scale: [3]float32{1, 1, 1}}, Batch: 4, Policy: p, Seed: 3, Workers: 1}
}

func newFeed(t testing.TB, src data.Source, cfg Config) *Feed {
	t.Helper()
	f, err := New(src, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// clone is a copy that outlives the reader.
func clone(b *Batch) Batch {
	c := *b
	c.Input, c.Labels, c.Indices, c.Places = slices.Clone(b.Input), slices.Clone(b.Labels), slices.Clone(b.Indices), slices.Clone(b.Places)
	c.Points = nil
	for _, p := range b.Points {
		c.Points = append(c.Points, slices.Clone(p))
	}
	c.Objects = make([][]data.Object, b.N)
	return c
}

func readAll(t *testing.T, f *Feed, epoch, step, n int) []Batch {
	t.Helper()
	r := f.Read(epoch, step)
	defer r.Close()
	var all []Batch
	for range n {
		b, err := r.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, clone(b))
	}
	return all
}

func TestSameBatchesWhateverTheWorkers(t *testing.T) {
	cfg := config(t, "mirror,crop:2,colour:0.3,noise:9,affine:10:0.1:3:0.1,cutout:3")
	want := readAll(t, newFeed(t, greys{n: 50, broken: []int{7, 20}}, cfg), 0, 0, 30)
	cfg.Workers, cfg.Ahead = 7, 3
	got := readAll(t, newFeed(t, greys{n: 50, broken: []int{7, 20}}, cfg), 0, 0, 30)
	if !reflect.DeepEqual(want, got) {
		t.Error("seven workers make other batches than one")
	}
	late := readAll(t, newFeed(t, greys{n: 50, broken: []int{7, 20}}, cfg), 1, 5, 10)
	if !reflect.DeepEqual(want[17:27], late) { // an epoch has 12 steps
		t.Error("a run that is resumed sees other batches")
	}
	cfg.Seed++
	if other := readAll(t, newFeed(t, greys{n: 50}, cfg), 0, 0, 1); reflect.DeepEqual(want[:1], other) {
		t.Error("another seed makes the same batch")
	}
}

func TestEachSampleOncePerEpoch(t *testing.T) {
	f := newFeed(t, greys{n: 48}, config(t, ""))
	var first []int
	for epoch := range 3 {
		var seen []int
		b := f.NewBatch()
		for step := range f.Steps() {
			if err := f.Fill(b, epoch, step); err != nil {
				t.Fatal(err)
			}
			for k, i := range b.Indices {
				if b.Input[k*f.elems] != float32(i) || b.Labels[k] != int32(i%7) || b.Points[k][0] != (vision.Point{X: 2, Y: 3}) {
					t.Fatalf("sample %d: %v, label %d, %v", i, b.Input[k*f.elems], b.Labels[k], b.Points[k])
				}
			}
			seen = append(seen, b.Indices...)
		}
		if epoch == 0 {
			first = slices.Clone(seen)
		} else if slices.Equal(first, seen) {
			t.Error("two epochs have one order")
		}
		slices.Sort(seen)
		if len(slices.Compact(seen)) != 48 {
			t.Errorf("epoch %d has %d samples", epoch, len(seen))
		}
	}
}

func TestOrdered(t *testing.T) {
	cfg := config(t, "")
	cfg.Ordered, cfg.Workers = true, 3
	f := newFeed(t, greys{n: 11, broken: []int{2, 9}}, cfg)
	r := f.Read(0, 0)
	defer r.Close()
	var seen []int
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			break
		}
		if err != nil || len(b.Input) != b.N*f.elems || len(b.Labels) != b.N {
			t.Fatal(err, b.N)
		}
		seen = append(seen, b.Indices...)
	}
	if fmt.Sprint(seen) != "[0 1 3 4 5 6 7 8 10]" || len(f.Skipped()) != 2 {
		t.Errorf("%v, skipped %v", seen, f.Skipped())
	}
}

func TestSamplesThatCannotBeRead(t *testing.T) {
	f := newFeed(t, greys{n: 40, broken: []int{5, 6}}, config(t, ""))
	for step := range f.Steps() {
		b := f.NewBatch()
		if err := f.Fill(b, 0, step); err != nil || b.N != 4 || slices.Contains(b.Indices, 5) {
			t.Fatalf("%v, %v", err, b.Indices)
		}
	}
	if s := f.Skipped(); len(s) != 2 || s[0].Error() != "grey 5: is broken" {
		t.Errorf("%v", s)
	}
	cfg := config(t, "")
	cfg.Strict = true
	r := newFeed(t, greys{n: 4, broken: []int{1}}, cfg).Read(0, 0)
	defer r.Close()
	_, err := r.Next(context.Background())
	var e *data.ErrFile
	if !errors.As(err, &e) || e.File != "grey 1" {
		t.Errorf("strict: %v", err)
	}
	all := newFeed(t, greys{n: 4, broken: []int{0, 1, 2, 3}}, config(t, ""))
	if err := all.Fill(all.NewBatch(), 0, 0); !errors.As(err, &e) {
		t.Errorf("a set of which nothing can be read: %v", err)
	}
}

func TestCloseLeaksNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 20 {
		cfg := config(t, "")
		cfg.Workers = 5
		r := newFeed(t, greys{n: 100}, cfg).Read(0, 0)
		if _, err := r.Next(context.Background()); err != nil {
			t.Fatal(err)
		}
		r.Close()
		r.Close()
		if _, err := r.Next(context.Background()); err == nil {
			t.Error("a closed reader goes on")
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func TestConfigsThatMakeNoSense(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no size":     func(c *Config) { c.Preprocess.Width = 0 },
		"no batch":    func(c *Config) { c.Batch = 0 },
		"too large":   func(c *Config) { c.Batch = 1 << 20 },
		"few samples": func(c *Config) { c.Batch = 50 },
	} {
		cfg := config(t, "")
		change(&cfg)
		if _, err := New(greys{n: 40}, cfg); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	cfg := config(t, "mosaic")
	if _, err := New(&data.Labelled{}, cfg); err == nil || !strings.Contains(err.Error(), "mosaic") {
		t.Errorf("a mosaic of classes: %v", err)
	}
	// Of another kind of set it is told at the first sample.
	f := newFeed(t, greys{n: 40}, cfg)
	if err := f.Fill(f.NewBatch(), 0, 0); err == nil || !strings.Contains(err.Error(), "grey") {
		t.Errorf("a mosaic of classes: %v", err)
	}
}

// BenchmarkFill makes batches by one worker: CIFAR-10's JPEGs, faces of
// 176×176, and photographs of up to 512 pixels in mosaics: nothing kept, as
// much as mosaics are drawn from, and the whole set.
func BenchmarkFill(b *testing.B) {
	const shared = "../../../shared/data/datasets/"
	if _, err := os.Stat(shared); err != nil {
		b.Skip("the shared data sets are not here: ", err)
	}
	for _, c := range []struct {
		spec, policy string
		side         int
		batch, keep  int
	}{
		{"cifar10:" + shared + "cifar10_jpeg", "", 32, 64, 0},
		{"cifar10:" + shared + "cifar10_jpeg", "cifar", 32, 64, 0},
		{"cifar10:" + shared + "cifar10_jpeg", "cifar,colour,cutout:8", 32, 64, 0},
		{"landmarks:" + shared + "lfw", "landmarks", 112, 64, 0},
		{"boxes:" + shared + "coco256", "boxes", 160, 16, -1},
		{"boxes:" + shared + "coco256", "boxes", 160, 16, 128 * 320 * 240 * 3},
		{"boxes:" + shared + "coco256", "boxes", 160, 16, 0},
	} {
		b.Run(c.spec[:strings.IndexByte(c.spec, ':')]+"/"+c.policy+fmt.Sprint("/", c.keep>>20), func(b *testing.B) {
			src, err := data.OpenSource(c.spec, data.Train, data.Options{})
			if err != nil {
				b.Fatal(err)
			}
			cfg := config(b, c.policy)
			cfg.Batch, cfg.Keep, cfg.Preprocess.Width, cfg.Preprocess.Height, cfg.Longest = c.batch, c.keep, c.side, c.side, 2*c.side
			f := newFeed(b, src, cfg)
			batch := f.NewBatch()
			for i := 0; b.Loop(); i++ {
				if err := f.Fill(batch, i/f.Steps(), i%f.Steps()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
