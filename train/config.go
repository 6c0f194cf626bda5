package train

import (
	"fmt"
	"strings"

	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/train/optim"
)

// Config is what a run's result hangs on, beside the network and the data. It
// is kept in every checkpoint, and a run goes on only with the Config that it
// began with.
type Config struct {
	Network    string  `json:"network"`
	Size       int     `json:"size"` // side of the input in pixels
	Channels   int     `json:"channels"`
	Classes    int     `json:"classes"`
	Width      float64 `json:"width,omitempty"`     // share of the channels of inner layers; 0: all
	Grouped    bool    `json:"grouped,omitempty"`   // AlexNet: convolutions in two groups
	From       string  `json:"from,omitempty"`      // SHA-256 of the file that the run begins with, in hex; "": none
	Transfer   string  `json:"transfer,omitempty"`  // the way it learns from it, one of Transfers
	FreezeTo   string  `json:"freeze_to,omitempty"` // Transfer.FreezeTo
	Seed       uint64  `json:"seed"`
	Epochs     int     `json:"epochs"`
	Batch      int     `json:"batch"`
	Accumulate int     `json:"accumulate,omitempty"` // batches whose gradients make a step; 0: 1
	Optimizer  string  `json:"optimizer"`            // one of Optimizers
	Rate       float64 `json:"rate"`                 // of learning, the largest
	Momentum   float64 `json:"momentum"`             // of sgd and nesterov
	Decay      float64 `json:"decay"`                // of weights
	Schedule   string  `json:"schedule"`             // one of optim.Schedules
	WarmUp     float64 `json:"warm_up"`              // epochs
	Clip       float64 `json:"clip"`                 // largest length of all gradients together; 0: any
	Average    float64 `json:"average"`              // decay of the average of the weights; 0: none
	Smoothing  float64 `json:"smoothing"`            // of the labels
	Augment    string  `json:"augment"`              // how pictures are changed; see Augmentations
	Validation float64 `json:"validation"`
	Patience   int     `json:"patience"` // epochs without gain that end the run; 0: it never ends early
}

// Form names the network and, where it is not the usual one, its form.
func (c *Config) Form() string {
	form := c.Network
	if c.Width != 0 {
		form += fmt.Sprintf(", width %g", c.Width)
	}
	if c.Grouped {
		form += ", grouped"
	}
	return form
}

// accumulated is how many batches make a step.
func (c *Config) accumulated() int { return max(1, c.Accumulate) }

// Optimizers lists the names of Config.Optimizer.
func Optimizers() []string { return []string{"sgd", "nesterov", "adamw"} }

// Limits of a run.
const (
	maxEpochs = 100_000
	maxBatch  = 1 << 16
)

// ErrConfig says which setting of a run cannot be.
type ErrConfig struct {
	Setting string
	Why     string
}

func (e *ErrConfig) Error() string { return e.Setting + " " + e.Why }

// check finds what is wrong with a run over so many examples.
func (c *Config) check(examples int) error {
	bad := func(setting, format string, args ...any) error {
		return &ErrConfig{setting, fmt.Sprintf(format, args...)}
	}
	switch {
	case c.Epochs < 1 || c.Epochs > maxEpochs:
		return bad("epochs", "%d, want 1 to %d", c.Epochs, maxEpochs)
	case c.Batch < 1 || c.Batch > maxBatch:
		return bad("batch", "of %d, want 1 to %d", c.Batch, maxBatch)
	case c.Batch > examples:
		return bad("batch", "of %d is more than the %d examples that there are to learn from: take a smaller one", c.Batch, examples)
	case c.Accumulate < 0 || c.accumulated() > examples/c.Batch:
		return bad("accumulation", "of %d batches a step, want 1 to the %d batches of %d that an epoch has", c.Accumulate, examples/c.Batch, c.Batch)
	case !(c.WarmUp >= 0 && c.WarmUp <= float64(c.Epochs)):
		return bad("warm-up", "of %v epochs, want 0 to %d", c.WarmUp, c.Epochs)
	case !(c.Clip >= 0):
		return bad("clipping", "at %v, want 0 (none) or more", c.Clip)
	case !(c.Smoothing >= 0 && c.Smoothing < 1):
		return bad("smoothing", "%v, want 0 up to 1", c.Smoothing)
	case c.Patience < 0:
		return bad("patience", "of %d epochs", c.Patience)
	}
	return nil
}

// optimizer makes the optimiser of these parameters.
func (c *Config) optimizer(params []plan.Parameter) (optim.Optimizer, error) {
	switch c.Optimizer {
	case "sgd", "nesterov":
		return optim.NewSGD(params, c.Momentum, c.Optimizer == "nesterov", c.Decay)
	case "adamw":
		return optim.NewAdamW(params, c.Decay)
	}
	return nil, &ErrConfig{"optimiser", fmt.Sprintf("%q is none of %s", c.Optimizer, strings.Join(Optimizers(), ", "))}
}

// schedule makes the schedule of a run of so many steps an epoch.
func (c *Config) schedule(perEpoch int) (optim.Schedule, error) {
	s := optim.Schedule{Kind: c.Schedule, Rate: c.Rate, Steps: perEpoch * c.Epochs, WarmUp: int(c.WarmUp * float64(perEpoch))}
	return s, s.Check()
}
