package cli

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// patience is how long a command works in silence. A bar that came at once
// would flash by on work that takes no time.
const patience = time.Second

// redraw is the time between two drawings of a bar: thousands of pictures a
// second would flood a slow terminal, as through ssh.
const redraw = 100 * time.Millisecond

// Progress is a bar with the time left, on standard error. It shows only to a
// person, and only when the work takes long enough to ask.
type Progress struct {
	env   *Env
	what  string
	total int
	done  int
	start time.Time
	bar   *progressbar.ProgressBar
}

// Progress starts to count work of total pieces.
func (e *Env) Progress(what string, total int) *Progress {
	return &Progress{env: e, what: what, total: total, start: time.Now()}
}

// Step says that one more piece is done.
func (p *Progress) Step() { p.Set(p.done + 1) }

// Set says that so many pieces are done.
func (p *Progress) Set(done int) {
	p.done = min(done, p.total)
	if p.bar == nil && p.env.StderrTTY && p.done < p.total && time.Since(p.start) > patience {
		p.bar = progressbar.NewOptions(p.total,
			progressbar.OptionSetWriter(p.env.Stderr), progressbar.OptionSetDescription(p.what),
			progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true),
			progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(redraw))
	}
	if p.bar != nil {
		// A bar that cannot be drawn is no reason to stop the work.
		_ = p.bar.Set(p.done)
	}
}

// Describe changes what the bar says of the work.
func (p *Progress) Describe(what string) {
	p.what = what
	if p.bar != nil {
		p.bar.Describe(what)
	}
}

// Clear takes the bar off the line, for something to be printed there. The
// next Step draws it again.
func (p *Progress) Clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// Close ends the bar.
func (p *Progress) Close() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
