package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/pipeline"
)

// state is what /api/state answers with.
type state struct {
	Version  string        `json:"version"`
	Time     time.Time     `json:"time"`
	Seconds  float64       `json:"seconds"` // since the run began
	Healthy  bool          `json:"healthy"`
	Problem  string        `json:"problem,omitzero"`
	Models   []Model       `json:"models"`
	Sources  []sourceState `json:"sources"`
	Outputs  []Output      `json:"outputs"`
	Device   device        `json:"device"`
	Watching int           `json:"watching"` // streams that are open
}

// sourceState is how a source fares. Ages and stages are of the last 10 to 20
// seconds, counters of the whole run.
type sourceState struct {
	Name      string       `json:"name"`
	State     string       `json:"state"`
	Reason    string       `json:"reason"`
	Detail    string       `json:"detail,omitzero"`
	Since     time.Time    `json:"since"` // of the state
	Width     int          `json:"width"`
	Height    int          `json:"height"`
	FPS       float64      `json:"fps"`
	Captured  uint64       `json:"captured"`
	Processed uint64       `json:"processed"`
	Gated     uint64       `json:"gated"`
	Dropped   dropped      `json:"dropped"`
	Missed    uint64       `json:"deadline_missed"`
	Reopened  uint64       `json:"reopened"`
	Events    uint64       `json:"events"`
	SinkError string       `json:"sink_error,omitzero"`
	Age       ages         `json:"age_ms"`
	Stages    []stageState `json:"stages"`
	Tracks    []seen       `json:"tracks"`
	Live      bool         `json:"live"` // frames came lately
}

// dropped says why frames were left out.
type dropped struct {
	Source   uint64 `json:"source"`   // before they came to us
	Replaced uint64 `json:"replaced"` // a newer one came
	Late     uint64 `json:"late"`     // past their deadline
	Failed   uint64 `json:"failed"`   // unreadable
}

type ages struct {
	Last float64 `json:"last"`
	P50  float64 `json:"p50"`
	P99  float64 `json:"p99"`
}

type stageState struct {
	Stage string  `json:"stage"`
	Mean  float64 `json:"mean_ms"`
	P99   float64 `json:"p99_ms"`
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func (s *Server) state() *state {
	st := &state{Version: s.o.Version, Time: time.Now().UTC(), Seconds: time.Since(s.begun).Seconds(), Models: s.o.Models, Outputs: []Output{}, Device: readDevice(), Watching: len(s.clients)}
	if st.Problem = s.problem(); st.Problem == "" {
		st.Healthy = true
	}
	if s.o.Outputs != nil {
		st.Outputs = append(st.Outputs, s.o.Outputs()...)
	}
	for _, src := range s.sources {
		st.Sources = append(st.Sources, src.state())
	}
	return st
}

func (c *Source) state() sourceState {
	all, lately := c.figures()
	idle, any := c.idle()
	st := sourceState{
		Name: c.name, State: all.State, Reason: all.Reason, Detail: all.Detail, Since: all.StateSince,
		Width: all.W, Height: all.H, FPS: all.FPS, Captured: all.Captured, Processed: all.Processed, Gated: all.Gated,
		Dropped: dropped{all.LostBefore, all.Replaced, all.Late, all.Failed},
		Missed:  all.Missed, Reopened: all.Reopened, Events: all.Events, SinkError: all.SinkError,
		Age:  ages{P50: ms(lately.age.Quantile(0.5)), P99: ms(lately.age.Quantile(0.99))},
		Live: any && idle < 2*time.Second,
	}
	for i := range lately.stages {
		if h := &lately.stages[i]; h.Count > 0 {
			st.Stages = append(st.Stages, stageState{pipeline.Stage(i).String(), ms(h.Mean()), ms(h.Quantile(0.99))})
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	st.Age.Last = ms(c.age)
	st.Tracks = append([]seen{}, c.tracks...)
	return st
}

func (s *Server) serveState(w http.ResponseWriter, _ *http.Request) {
	b, err := json.Marshal(s.state())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(b, '\n'))
}

// problem says why no frames get on, "" while some source's do.
func (s *Server) problem() string {
	over, begun := len(s.sources) > 0, false
	shortest := time.Since(s.begun)
	for _, src := range s.sources {
		all, _ := src.figures()
		ended := all.State == string(capture.Over)
		over = over && ended
		if idle, any := src.idle(); any && !ended {
			begun, shortest = true, min(shortest, idle)
		}
	}
	switch {
	case over:
		return "ended: all sources are at their end"
	case shortest >= s.o.StalledAfter:
		return fmt.Sprintf("stalled: no frame was worked on for %.0f s", shortest.Seconds())
	case !begun:
		return "starting: no frame was worked on yet"
	}
	return ""
}

// serveHealth answers 200 while frames get on, else 503 and why. It needs no
// token, and tells nothing of what is seen.
func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if problem := s.problem(); problem != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = fmt.Fprintln(w, problem)
		return
	}
	_, _ = fmt.Fprintln(w, "ok")
}
