package pipeline

import "time"

// rate tells how many frames a second there were lately.
type rate struct {
	at [rateFrames]time.Time // of the last frames, a ring
	n  int                   // all that there were
}

const (
	rateFrames = 128
	rateSpan   = 2 * time.Second
)

func (r *rate) add(at time.Time) {
	r.at[r.n%rateFrames] = at
	r.n++
}

// fps returns the rate over the last two seconds, or over as many frames as
// are remembered.
func (r *rate) fps(now time.Time) float64 {
	count := 0
	oldest := now
	for i := r.n - 1; i >= max(0, r.n-rateFrames); i-- {
		at := r.at[i%rateFrames]
		if now.Sub(at) > rateSpan {
			break
		}
		oldest, count = at, count+1
	}
	if count < 2 || !now.After(oldest) {
		return 0
	}
	return float64(count-1) / now.Sub(oldest).Seconds()
}
