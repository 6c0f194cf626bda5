package pipeline

import (
	"context"
	"errors"
	"testing"
)

// TestFastSourceStarvesNoSlowOne has a source that always has a frame beside
// one that has one now and then: the slow one waits for one frame of the fast
// one at most.
func TestFastSourceStarvesNoSlowOne(t *testing.T) {
	const slowFrames = 20
	turns := NewTurns(1)
	entered, goOn := make(chan string), make(chan struct{})
	det := func(name string) *colours {
		return &colours{before: func() error {
			entered <- name
			<-goOn
			return nil
		}}
	}
	ask := make(chan struct{})
	slow := newScene(t, "synthetic:64x64", true, slowFrames)
	slow.before = func(context.Context, int) error {
		<-ask
		return nil
	}
	slowLoop := loop(t, Config{Name: "slow", Source: slow, Detector: det("slow"), Turns: turns})
	fastLoop := loop(t, Config{Name: "fast", Source: newScene(t, "synthetic:64x64", true, 0), Detector: det("fast"), Turns: turns})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- fastLoop.Run(ctx) }()
	go func() { ended <- slowLoop.Run(ctx) }()
	for range slowFrames {
		if name := <-entered; name != "fast" {
			t.Fatalf("%s came first, though it has no frame", name)
		}
		ask <- struct{}{}
		// The slow loop queues while the fast one works.
		until(t, "the slow loop waits", func() bool {
			turns.mu.Lock()
			defer turns.mu.Unlock()
			return len(turns.queue) > 0
		})
		goOn <- struct{}{}
		if name := <-entered; name != "slow" {
			t.Fatal("the fast source came twice while the slow one waited")
		}
		goOn <- struct{}{}
	}
	until(t, "the last frame is counted", func() bool { return slowLoop.Stats().Processed == slowFrames })
	cancel()
	for done := 0; done < 2; {
		select {
		case <-entered:
			goOn <- struct{}{}
		case <-ended:
			done++
		}
	}
	if s := slowLoop.Stats(); s.Processed != slowFrames || s.Replaced != 0 {
		t.Errorf("the slow source had %d frames worked on, and %d replaced", s.Processed, s.Replaced)
	}
}

func TestTurnThatIsNotWaitedForGoesOn(t *testing.T) {
	turns := NewTurns(1)
	a, b, c := newTurn(), newTurn(), newTurn()
	if err := turns.take(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { gone <- turns.take(ctx, b) }()
	waits := func(n int) func() bool {
		return func() bool {
			turns.mu.Lock()
			defer turns.mu.Unlock()
			return len(turns.queue) == n
		}
	}
	until(t, "b waits", waits(1))
	came := make(chan error)
	go func() { came <- turns.take(t.Context(), c) }()
	until(t, "c waits", waits(2))
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("b: %v", err)
	}
	turns.give()
	if err := <-came; err != nil {
		t.Errorf("c: %v", err)
	}
	turns.give()
	if turns.free != 1 || len(turns.queue) != 0 {
		t.Errorf("%d free, %d wait", turns.free, len(turns.queue))
	}
}
