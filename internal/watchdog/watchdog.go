// Package watchdog tells the service manager, systemd, how a long-running
// command fares: that it is ready, what it is doing, and that it makes
// progress. Where no manager asked, as in a terminal, nothing is sent.
//
// The manager's watchdog is fed only while frames are worked on. A process
// that lives but sees nothing, because a driver or a decoder hangs, is not fed
// and so is started anew.
//
// The protocol is that of sd_notify(3) and sd_watchdog_enabled(3).
package watchdog

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// Watchdog watches progress. It is safe for many goroutines.
type Watchdog struct {
	stalledAfter time.Duration
	interval     time.Duration // within which the manager wants to be told; 0: it does not
	start        time.Time
	fed          atomic.Int64 // when, since start
	frames       atomic.Uint64
}

// New returns a Watchdog to which work counts as stalled when Feed was not
// called for stalledAfter, counting from now on at first. An error says that
// the environment of the process is not what systemd makes.
func New(stalledAfter time.Duration) (*Watchdog, error) {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return nil, fmt.Errorf("the service manager's watchdog: %w", err)
	}
	return &Watchdog{stalledAfter: stalledAfter, interval: interval, start: time.Now()}, nil
}

// Feed says that a frame was worked on. It takes no time to speak of, and
// allocates nothing.
func (w *Watchdog) Feed() {
	w.frames.Add(1)
	w.fed.Store(int64(time.Since(w.start)))
}

// Frames returns how often Feed was called.
func (w *Watchdog) Frames() uint64 { return w.frames.Load() }

// Idle returns for how long Feed was not called.
func (w *Watchdog) Idle() time.Duration { return w.idle(time.Now()) }

func (w *Watchdog) idle(now time.Time) time.Duration {
	return max(0, now.Sub(w.start)-time.Duration(w.fed.Load()))
}

// Stalled says whether Feed was not called for as long as New was told.
func (w *Watchdog) Stalled() bool { return w.idle(time.Now()) >= w.stalledAfter }

// Ready says that start-up is done, once models are compiled and sources are
// being opened: it does not wait for a frame, since a camera may come later.
func (w *Watchdog) Ready(status string) error { return send(daemon.SdNotifyReady, status) }

// Status says in a line, as `systemctl status` shows it, what is going on.
func (w *Watchdog) Status(status string) error { return send("", status) }

// Stopping says that the end has begun.
func (w *Watchdog) Stopping() error { return send(daemon.SdNotifyStopping, "") }

// beats is how often the manager is told within its interval; systemd asks
// for two at the least.
const beats = 3

// Run feeds the manager's watchdog until ctx ends, while nothing has stalled.
// report, which may be nil, makes the status that goes with it.
func (w *Watchdog) Run(ctx context.Context, report func() string) error {
	if w.interval == 0 {
		<-ctx.Done()
		return nil
	}
	tick := time.NewTicker(w.interval / beats)
	defer tick.Stop()
	for {
		if err := w.beat(time.Now(), report); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// beat tells the manager how things are at a time.
func (w *Watchdog) beat(now time.Time, report func() string) error {
	if idle := w.idle(now); idle >= w.stalledAfter {
		return send("", fmt.Sprintf("stalled: no frame was worked on for %v", idle.Round(time.Second)))
	}
	status := ""
	if report != nil {
		status = report()
	}
	return send(daemon.SdNotifyWatchdog, status)
}
