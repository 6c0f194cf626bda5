package capture

import (
	"context"
	"time"
)

// pacer tells when the frames of a recording are due, as if it were live.
type pacer struct {
	rate   float64
	asFast bool
	start  time.Time
	timer  *time.Timer
}

// next waits until frame number index is due. When that was so long ago that
// later ones are due as well, skip is how many to leave out; at is when the
// frame that then comes was due.
func (p *pacer) next(ctx context.Context, index int) (skip int, at time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return 0, at, err
	}
	now := time.Now()
	if p.asFast {
		return 0, now, nil
	}
	if p.start.IsZero() {
		p.start = now.Add(-p.after(index))
	}
	if wait := p.start.Add(p.after(index)).Sub(now); wait > 0 {
		return 0, p.start.Add(p.after(index)), p.sleep(ctx, wait)
	}
	skip = max(0, int(now.Sub(p.start).Seconds()*p.rate)-index)
	return skip, p.start.Add(p.after(index + skip)), nil
}

// after returns how long after the start a frame is due.
func (p *pacer) after(index int) time.Duration {
	return time.Duration(float64(index) / p.rate * float64(time.Second))
}

func (p *pacer) sleep(ctx context.Context, d time.Duration) error {
	if p.timer == nil {
		p.timer = time.NewTimer(d)
	} else {
		p.timer.Reset(d)
	}
	select {
	case <-p.timer.C:
		return nil
	case <-ctx.Done():
		p.timer.Stop()
		return ctx.Err()
	}
}
