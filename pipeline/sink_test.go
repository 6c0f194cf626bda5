package pipeline

import (
	"context"
	"errors"
	"testing"
	"time"
)

// funcSink is a Sink that is a function.
type funcSink func(ctx context.Context, e *Event) error

func (f funcSink) Event(ctx context.Context, e *Event) error { return f(ctx, e) }

func TestQueueDropsTheOldestOfASlowSink(t *testing.T) {
	var got []uint64
	begun, goOn := make(chan struct{}), make(chan struct{})
	q := NewQueue(funcSink(func(_ context.Context, e *Event) error {
		if len(got) == 0 {
			close(begun)
			<-goOn
		}
		got = append(got, e.Sequence)
		return nil
	}), 3)
	send := func(n uint64) {
		if err := q.Event(context.Background(), &Event{Sequence: n}); err != nil {
			t.Fatal(err)
		}
	}
	send(1)
	<-begun
	for n := uint64(2); n <= 9; n++ {
		send(n) // never blocks, though the sink stands still
	}
	close(goOn)
	if err := q.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	want := []uint64{1, 7, 8, 9}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	if s := q.Stats(); s.Dropped != 5 || s.Delivered != 4 || s.Waiting != 0 {
		t.Errorf("%+v", s)
	}
	if err := q.Event(context.Background(), &Event{}); err != ErrQueueClosed {
		t.Errorf("after Close: %v", err)
	}
}

func TestQueueLeavesASinkThatHangs(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan struct{})
	q := NewQueue(funcSink(func(ctx context.Context, _ *Event) error {
		close(begun)
		defer close(ended)
		<-ctx.Done()
		return ctx.Err()
	}), 2)
	for range 3 {
		_ = q.Event(context.Background(), &Event{})
	}
	<-begun
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := q.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("the sink's context was not cancelled")
	}
	<-q.done
	if s := q.Stats(); s.Delivered != 0 || s.Dropped+s.Failed != 3 {
		t.Errorf("%+v", s)
	}
}

func TestQueueCountsErrors(t *testing.T) {
	full := errors.New("no room on the disk")
	q := NewQueue(funcSink(func(context.Context, *Event) error { return full }), 4)
	for range 2 {
		_ = q.Event(context.Background(), &Event{})
	}
	if err := q.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if s := q.Stats(); s.Failed != 2 || s.Err != full {
		t.Errorf("%+v", s)
	}
}

func TestQueueAllocatesNothing(t *testing.T) {
	taken := make(chan struct{})
	q := NewQueue(funcSink(func(context.Context, *Event) error { taken <- struct{}{}; return nil }), 2)
	e := fullEvent()
	once := func() {
		_ = q.Event(context.Background(), e)
		<-taken
	}
	for range 8 {
		once()
	}
	if n := testing.AllocsPerRun(100, once); n != 0 {
		t.Errorf("%v allocations", n)
	}
	_ = q.Close(context.Background())
}
