package plan

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/nn"
)

func smallNet(t testing.TB) *nn.Graph {
	n := newNet("small")
	x := n.Input("x", nn.Float32, nn.D(1), nn.D(16), nn.D(40), nn.D(40))
	same := nn.Conv{Pads: []int{1, 1, 1, 1}}
	y := n.relu(n.conv(x, 64, 16, 3, same))
	return n.build(t, n.conv(y, 64, 64, 3, same))
}

func TestRunnersShareAPool(t *testing.T) {
	g := smallNet(t)
	p, err := Compile(g, Bindings{})
	if err != nil {
		t.Fatal(err)
	}
	in := randomInputs(p)
	want := interpret(t, g, in)[0]
	runs := 10
	if testing.Short() {
		runs = 2
	}
	for _, threads := range []int{1, 2, 4} {
		pool := NewPool(threads)
		var wg sync.WaitGroup
		for range 5 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				r := p.NewRunner(pool)
				fill(r, in)
				for range runs {
					if err := r.Run(); err != nil {
						t.Error(err)
					}
				}
				if err := near(r.Output(0), want); err != nil {
					t.Errorf("%d threads: %v", threads, err)
				}
			}()
		}
		wg.Wait()
		pool.Close()
	}
}

// spyExec counts how many of its pieces run at a time.
type spyExec struct {
	infallible
	now, most *atomic.Int64
	pieces    int
}

func (e *spyExec) parts() int { return e.pieces }

func (e *spyExec) run(*kernelArgs, int) {
	if n := e.now.Add(1); n > e.most.Load() {
		e.most.Store(n)
	}
	time.Sleep(200 * time.Microsecond)
	e.now.Add(-1)
}

func spyRunner(pool *Pool, now, most *atomic.Int64) *Runner {
	r := &Runner{plan: &Plan{}, pool: pool, execs: []exec{&spyExec{now: now, most: most, pieces: 12}, &spyExec{now: now, most: most, pieces: 3}}}
	r.job.done = make(chan struct{}, 1)
	r.ticket.ready = make(chan struct{}, 1)
	return r
}

func TestNoMoreThreadsThanThePoolHas(t *testing.T) {
	for _, threads := range []int{1, 2, 3} {
		pool := NewPool(threads)
		var now, most atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				r := spyRunner(pool, &now, &most)
				for range 5 {
					r.Run()
				}
			}()
		}
		wg.Wait()
		if most.Load() > int64(threads) {
			t.Errorf("%d pieces at a time on %d threads", most.Load(), threads)
		}
		pool.Close()
	}
}

func TestHelpersHelp(t *testing.T) {
	pool := NewPool(3)
	defer pool.Close()
	var now, most atomic.Int64
	spyRunner(pool, &now, &most).Run()
	if most.Load() < 2 {
		t.Errorf("at most %d piece at a time on 3 threads", most.Load())
	}
}

func TestCloseEndsHelpersAndRunsGoOn(t *testing.T) {
	before := runtime.NumGoroutine()
	pool := NewPool(4)
	var now, most atomic.Int64
	r := spyRunner(pool, &now, &most)
	r.Run()
	pool.Close()
	pool.Close()
	for try := 0; runtime.NumGoroutine() > before && try < 100; try++ {
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before the pool", n, before)
	}
	if err := r.Run(); err != nil {
		t.Errorf("Run after Close: %v", err)
	}
}
