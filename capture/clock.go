package capture

import "time"

// clock is the time that a Supervisor goes by; tests have one of their own.
// What lasts is measured by Elapsed alone, which no change of the wall clock
// touches.
type clock interface {
	Now() time.Time                       // for people
	Elapsed() time.Duration               // monotonic, from any start
	Timer() timer                         // for answers; it does not run yet
	After(time.Duration) <-chan time.Time // for pauses
}

type timer interface {
	Reset(time.Duration)
	Stop()
	C() <-chan time.Time
}

type systemClock struct{ start time.Time }

func (c systemClock) Now() time.Time         { return time.Now() }
func (c systemClock) Elapsed() time.Duration { return time.Since(c.start) }

func (c systemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

func (c systemClock) Timer() timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return systemTimer{t}
}

type systemTimer struct{ t *time.Timer }

func (t systemTimer) Reset(d time.Duration) { t.t.Reset(d) }
func (t systemTimer) Stop()                 { t.t.Stop() }
func (t systemTimer) C() <-chan time.Time   { return t.t.C }
