package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/pipeline"
)

// runSummary is what run prints at the end with --json.
type runSummary struct {
	Type          string          `json:"type"` // summary
	Model         string          `json:"model"`
	Threads       int             `json:"threads"`
	Seconds       float64         `json:"seconds"`
	EventsDropped uint64          `json:"events_dropped"`
	Sources       []sourceSummary `json:"sources"`
}

type sourceSummary struct {
	Source    string               `json:"source"`
	State     string               `json:"state"`
	Reason    string               `json:"reason"`
	Width     int                  `json:"width"`
	Height    int                  `json:"height"`
	Frames    uint64               `json:"frames"` // that were worked on
	Gated     uint64               `json:"gated"`  // of those, in which nothing moved
	Captured  uint64               `json:"captured"`
	Dropped   droppedFrames        `json:"dropped"`
	Missed    uint64               `json:"deadline_missed"`
	FPS       float64              `json:"fps"`
	Age       quantiles            `json:"age_ms"`
	Stages    map[string]quantiles `json:"stages_ms"`
	Tracks    uint64               `json:"tracks"`
	Events    uint64               `json:"events"`
	Faces     *facesSummary        `json:"faces,omitempty"` // with known people
	Reopened  uint64               `json:"reopened"`
	SinkError string               `json:"sink_error,omitempty"`
}

// droppedFrames says why frames were left out.
type droppedFrames struct {
	Source   uint64 `json:"source"`   // before they came to us
	Replaced uint64 `json:"replaced"` // a newer one came
	Late     uint64 `json:"late"`     // they would have been done after their deadline
	Failed   uint64 `json:"failed"`   // they could not be read
}

type quantiles struct {
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

func quantilesOf(h *pipeline.Histogram) quantiles {
	return quantiles{ms(h.Mean()), ms(h.Quantile(0.5)), ms(h.Quantile(0.9)), ms(h.Quantile(0.99)), ms(h.Longest)}
}

// summary prints what came of the run: for people on the standard error, and
// as JSON on the output where that is asked for.
func (l *live) summary(asJSON bool) error {
	sum := runSummary{Type: "summary", Model: l.session.Name(), Threads: threads(l.file.Threads), Seconds: time.Since(l.begun).Seconds(), EventsDropped: l.outs.dropped()}
	for i, loop := range l.loops {
		s := loop.Stats()
		source, text := summarised(&s), summaryText(&s)
		if source.Faces = l.people.summary(i, &s); source.Faces != nil {
			text += source.Faces.String()
		}
		sum.Sources = append(sum.Sources, source)
		l.env.Notef("%s", text)
	}
	if sum.EventsDropped > 0 {
		l.env.Notef("%d events were left out, because what they go to was too slow\n", sum.EventsDropped)
	}
	if asJSON {
		return l.env.JSON(sum)
	}
	return nil
}

func summarised(s *pipeline.Stats) sourceSummary {
	sum := sourceSummary{
		Source: s.Source, State: s.State, Reason: s.Reason, Width: s.W, Height: s.H,
		Frames: s.Worked(), Gated: s.Gated, Captured: s.Captured, Missed: s.Missed,
		Dropped: droppedFrames{s.LostBefore, s.Replaced, s.Late, s.Failed},
		FPS:     s.MeanFPS(), Age: quantilesOf(&s.Age), Stages: map[string]quantiles{},
		Tracks: s.TracksBegun, Events: s.Events, Reopened: s.Reopened, SinkError: s.SinkError,
	}
	for i := range s.Stages {
		if h := &s.Stages[i]; h.Count > 0 {
			sum.Stages[pipeline.Stage(i).String()] = quantilesOf(h)
		}
	}
	return sum
}

// summaryText is what came of a source, for people.
func summaryText(s *pipeline.Stats) string {
	var b strings.Builder
	if s.Captured == 0 {
		fmt.Fprintf(&b, "%s: no frame", s.Source)
	} else {
		fmt.Fprintf(&b, "%s: %s of %d×%d in %.1f s, %.1f fps", s.Source, cli.Numbered(s.Worked(), "frame"), s.W, s.H, s.Active.Seconds(), s.MeanFPS())
	}
	if s.Gated > 0 {
		fmt.Fprintf(&b, "; in %d of them nothing moved", s.Gated)
	}
	if s.Age.Count > 0 {
		fmt.Fprintf(&b, "\n  age of a frame when it was decided  p50 %s  p90 %s  p99 %s  max %s ms",
			brief(s.Age.Quantile(0.5)), brief(s.Age.Quantile(0.9)), brief(s.Age.Quantile(0.99)), brief(s.Age.Longest))
	}
	fmt.Fprintf(&b, "\n  left out  %d by the source, %d for newer ones, %d too late, %d unreadable", s.LostBefore, s.Replaced, s.Late, s.Failed)
	for i, before := 0, "\n  mean ms"; i < len(s.Stages); i++ {
		if h := &s.Stages[i]; h.Count > 0 {
			fmt.Fprintf(&b, "%s  %v %.2f", before, pipeline.Stage(i), ms(h.Mean()))
			before = ""
		}
	}
	fmt.Fprintf(&b, "\n  %s, %s", cli.Numbered(s.TracksBegun, "track"), cli.Numbered(s.Events, "event"))
	if s.Reopened > 0 {
		fmt.Fprintf(&b, ", opened anew %s", cli.Numbered(s.Reopened, "time"))
	}
	if s.SinkErrors > 0 {
		fmt.Fprintf(&b, "\n  %s events could not be taken: %s", cli.Numbered(s.SinkErrors, "time"), s.SinkError)
	}
	return b.String() + "\n"
}
