package main

import (
	"fmt"
	"time"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/train"
)

// trainWatch shows how far a run is: a bar with the time left, and a line for
// each epoch.
type trainWatch struct {
	env   *cli.Env
	bar   *cli.Progress
	total int // epochs
	began bool
	start time.Time // of the epoch, or of what this process does of it
	seen  int       // pictures since then
}

func newTrainWatch(env *cli.Env, t *training) *trainWatch {
	return &trainWatch{env: env, total: t.config.Epochs, start: time.Now()}
}

func (w *trainWatch) step(s train.Step) {
	if !w.began {
		w.began = true
		w.bar = w.env.Progress("train", s.Steps)
	}
	w.seen += s.Examples
	w.bar.Describe(fmt.Sprintf("epoch %d/%d  loss %.4f  right %.2f %%  %.0f/s", s.Epoch, w.total, s.Running.Loss, 100*s.Running.Accuracy(), w.speed()))
	w.bar.Set(s.Step)
	if s.Ended != nil {
		w.bar.Clear()
		w.env.Notef("epoch %*d/%d  %s  %.0f pictures/s\n", len(fmt.Sprint(w.total)), s.Epoch, w.total, epochText(s.Ended), w.speed())
		w.start, w.seen = time.Now(), 0
	}
}

// speed is pictures a second since the epoch began.
func (w *trainWatch) speed() float64 {
	return float64(w.seen) / max(time.Since(w.start).Seconds(), 1e-6)
}

func epochText(e *train.Epoch) string {
	text := fmt.Sprintf("rate %.4f  loss %.4f  right %.2f %%", e.Rate, e.Train.Loss, 100*e.Train.Accuracy())
	if e.Validation.Seen > 0 {
		text += fmt.Sprintf("  validation: loss %.4f  right %.2f %%", e.Validation.Loss, 100*e.Validation.Accuracy())
	}
	return text
}

func (w *trainWatch) note(format string, args ...any) {
	if w.bar != nil {
		w.bar.Clear()
	}
	w.env.Notef("note: "+format+"\n", args...)
}

func (w *trainWatch) close() {
	if w.bar != nil {
		w.bar.Clear()
		w.bar = nil
	}
}
