package main

import (
	"errors"
	"runtime"
	"time"

	"github.com/ocellus-vision/ocellus/bench/avx2cap"
	"github.com/ocellus-vision/ocellus/bench/onnxruntime"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// controlCommand is the process that runs ONNX Runtime without a cap, for one
// that caps it: a line of JSON for each model that runs.
type controlCommand struct {
	peerFlags
	Rounds int           `help:"How many turns."`
	Turn   time.Duration `help:"How long a turn lasts, at least."`
}

// Run measures this process.
func (c *controlCommand) Run(env *cli.Env) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	lib, err := c.open()
	if err != nil {
		return err
	}
	defer lib.Close()
	bar := env.Progress("without a cap", len(c.Models))
	defer bar.Close()
	for _, model := range c.Models {
		if err := env.Context.Err(); err != nil {
			return err
		}
		// What fails here fails with the cap as well, and is said there.
		if found, err := c.model(lib, model); err == nil {
			if err := env.JSON(found); err != nil {
				return err
			}
		}
		bar.Step()
	}
	return nil
}

func (c *controlCommand) model(lib *onnxruntime.Library, model string) (_ *control, err error) {
	n, err := openNet(lib, model, c.Dim, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if err := n.fillRandom(c.Seed); err != nil {
		return nil, err
	}
	found := &control{Model: model}
	if avx2cap.Observable() {
		used, err := avx2cap.Registers(n.peer.Run)
		if err != nil {
			return nil, err
		}
		found.Used = used.String()
	}
	var times []float64
	for range c.Rounds {
		t, err := turn(n.peer.Run, c.Turn)
		if err != nil {
			return nil, err
		}
		times = append(times, t)
	}
	found.MS = quantile(times, 0) * 1e3
	return found, nil
}
