package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/pipeline"
)

// statusPeriod is how often the status is brought up to date.
const statusPeriod = 500 * time.Millisecond

// clearLine takes the status off its line of the terminal.
const clearLine = "\r\x1b[K"

// watch shows how the run fares until it is over.
func (l *live) watch(ctx context.Context, over chan struct{}) {
	fed := make(chan struct{})
	guard, stop := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(fed)
		// An error means that nobody listens, which is no reason to stop.
		_ = l.dog.Run(guard, l.statusLine)
	}()
	defer func() {
		stop()
		<-fed
	}()
	tick := time.NewTicker(statusPeriod)
	defer tick.Stop()
	for {
		select {
		case <-over:
			if l.env.StderrTTY {
				l.env.Notef(clearLine)
			}
			return
		case <-tick.C:
			if l.env.StderrTTY {
				l.env.Notef("%s%s", clearLine, l.statusLine())
			}
		}
	}
}

// statusLine says in a line how each source fares.
func (l *live) statusLine() string {
	var parts []string
	for i, loop := range l.loops {
		s := loop.Stats()
		part := s.Source + "  "
		if s.State == string(capture.Up) || s.State == string(capture.Over) {
			part += fmt.Sprintf("%.1f fps  age %s/%s ms  %s", s.FPS, brief(s.Age.Quantile(0.5)), brief(s.Age.Quantile(0.99)), cli.Numbered(uint64(s.Tracks), "track"))
			if n := s.Dropped(); n > 0 {
				part += fmt.Sprintf("  %d left out", n)
			}
		} else {
			part += s.Reason
		}
		parts = append(parts, part+l.remaining(i, &s))
	}
	return strings.Join(parts, " | ")
}

// remaining says how much of a recording is done and how long the rest takes.
func (l *live) remaining(i int, s *pipeline.Stats) string {
	all := uint64(max(l.sources[i].Info().Frames, 0))
	done := s.Captured + s.LostBefore
	if all == 0 || done == 0 || done > all {
		return ""
	}
	left := time.Duration(float64(time.Since(l.begun)) / float64(done) * float64(all-done))
	return fmt.Sprintf("  %d %%  %v left", 100*done/all, left.Round(time.Second))
}

// brief is a duration in ms, with as many digits as mean something.
func brief(d time.Duration) string {
	if v := ms(d); v < 9.95 {
		return fmt.Sprintf("%.1f", v)
	} else {
		return fmt.Sprintf("%.0f", v)
	}
}

// readable prints events for people.
type readable struct{ env *cli.Env }

// Event prints a line.
func (r *readable) Event(_ context.Context, e *pipeline.Event) error {
	var what string
	switch {
	case e.Type == pipeline.State:
		what = strings.TrimSpace(e.State + " " + e.Reason + " " + e.Detail)
	case e.Track != 0:
		what = fmt.Sprintf("%-10s #%d %s %.2f", e.Type, e.Track, e.Detection.Label, e.Detection.Score)
	default:
		what = fmt.Sprintf("%-10s %s %.2f", e.Type, e.Detection.Label, e.Detection.Score)
	}
	name := e.Identity.Name
	if name != "" {
		name += fmt.Sprintf(" %.2f", e.Identity.Similarity)
	}
	for _, s := range []string{name, e.Zone, e.Direction} {
		if s != "" {
			what += " " + s
		}
	}
	if e.Type == pipeline.Leave || e.Type == pipeline.ZoneLeave || e.Type == pipeline.ZoneDwell {
		what += fmt.Sprintf(" after %.1f s", e.DurationMS/1000)
	}
	clear := ""
	if r.env.StderrTTY {
		clear = clearLine
	}
	return r.env.Printf("%s%s  %s  %s\n", clear, e.Time.Local().Format("15:04:05.0"), e.Source, what)
}
