package optim

import (
	"fmt"
	"math"
	"strings"
)

// Schedule is the rate of learning over the steps of a run.
type Schedule struct {
	Kind   string  // one of Schedules
	Rate   float64 // the largest
	Steps  int     // of the whole run
	WarmUp int     // steps in which the rate rises from 0, in a straight line
	// Every, for "step" and "plateau": the part of the run after which the rate
	// falls by Factor, or the epochs without gain that are waited for.
	Every  float64
	Factor float64

	// What plateau remembers.
	State Plateau
}

// Plateau is what a schedule that waits for gains remembers between epochs.
type Plateau struct {
	Cuts int     `json:"cuts"` // how often the rate fell
	Best float64 `json:"best"` // largest score so far
	Wait int     `json:"wait"` // epochs since then
}

// Schedules lists the kinds: always the same rate; falling by Factor each
// Every-th part of the run; falling along half a cosine to 0 (Loshchilov and
// Hutter, "SGDR", 2017); falling by Factor after Every epochs without gain.
func Schedules() []string { return []string{"constant", "step", "cosine", "plateau"} }

// Check returns an *ErrOption for what makes no schedule. Zero Every and
// Factor are set to what is usual.
func (s *Schedule) Check() error {
	known := false
	for _, k := range Schedules() {
		known = known || k == s.Kind
	}
	if !known {
		return &ErrOption{"schedule", fmt.Sprintf("%q is none of %s", s.Kind, strings.Join(Schedules(), ", "))}
	}
	if s.Factor == 0 {
		s.Factor = 0.1
	}
	if s.Every == 0 {
		if s.Every = 1.0 / 3; s.Kind == "plateau" {
			s.Every = 5
		}
	}
	if err := within("factor of the schedule", s.Factor, 0, 1); err != nil {
		return err
	}
	if s.WarmUp < 0 || s.Steps < 1 || s.WarmUp > s.Steps {
		return &ErrOption{"warm-up", fmt.Sprintf("%d steps of %d", s.WarmUp, s.Steps)}
	}
	return within("rate of learning", s.Rate, 1e-12, 1e6)
}

// At returns the rate of step number step, from 0.
func (s *Schedule) At(step int) float64 {
	if step < s.WarmUp {
		return s.Rate * float64(step+1) / float64(s.WarmUp)
	}
	done := float64(step-s.WarmUp) / float64(max(s.Steps-s.WarmUp, 1))
	switch s.Kind {
	case "cosine":
		return s.Rate * (1 + math.Cos(math.Pi*min(done, 1))) / 2
	case "step":
		return s.Rate * math.Pow(s.Factor, math.Floor(done/s.Every+1e-9))
	case "plateau":
		return s.Rate * math.Pow(s.Factor, float64(s.State.Cuts))
	}
	return s.Rate
}

// Observe tells the score of an epoch, of which more is better.
func (s *Schedule) Observe(score float64) {
	p := &s.State
	if score > p.Best {
		p.Best, p.Wait = score, 0
		return
	}
	if p.Wait++; float64(p.Wait) >= s.Every {
		p.Cuts++
		p.Wait = 0
	}
}
