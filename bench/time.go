package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/ocellus-vision/ocellus/bench/onnxruntime"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
)

type timeCommand struct {
	peerFlags
	Rounds int           `help:"How often each engine takes its turn." default:"15"`
	Turn   time.Duration `help:"How long a turn lasts, at least; one run at least." default:"30ms"`
	Out    string        `help:"Write peers.md and peers.json into this folder as well, or peers-avx2 with --cap avx2." placeholder:"DIR"`
	Cap    string        `help:"What both engines are to see of the CPU: all of it, or nothing beyond avx2." enum:"none,avx2" default:"none" placeholder:"none|avx2"`
}

func (c *timeCommand) Help() string {
	return `Examples:

    ocellus-peers time net.onnx net-int8.onnx
    ocellus-peers time --rounds 31 --out docs/results models/*.onnx
    ocellus-peers time --cap avx2 net.onnx net-int8.onnx

The engines take turns in one process, on one thread: ONNX Runtime, Ocellus, ONNX Runtime, and so
on, after a turn each that does not count. A turn is as many runs as fit; its time is their median.
The ratio is the median over the rounds of ONNX Runtime's time by that of Ocellus right after it, so
a machine that slows down for a while slows both; its spread is where the middle half of the rounds
lie. Above 1, Ocellus is faster. The exit code is 1 if a model could not be timed.

--cap avx2 compares the engines as on a CPU that ends with AVX2. Ocellus is told by OCELLUS_CPU.
ONNX Runtime, which has no switch for it, runs from a copy in which every CPUID instruction traps,
and is answered without AVX-512, AVX-VNNI and AMX. That no register of AVX-512 is in use after it
has run is checked for every model, and that they are without the cap is shown beside it.`
}

// netTime is what is said of one model.
type netTime struct {
	Model     string  `json:"model"`
	Precision string  `json:"precision"`
	Inputs    []input `json:"inputs"`
	MACs      int64   `json:"macs"`
	Kernel    string  `json:"kernel"` // row that does most of the multiplications
	PeerMS    float64 `json:"ort_ms"`
	PeerLeast float64 `json:"ort_least_ms"` // of the rounds; PeerMS is their median
	OursMS    float64 `json:"ocellus_ms"`
	Ratio     float64 `json:"ratio"`      // ORT / Ocellus
	RatioLow  float64 `json:"ratio_low"`  // a quarter of the rounds is below,
	RatioHigh float64 `json:"ratio_high"` // and a quarter above
	Peak      float64 `json:"peak_gflops"`
	Share     float64 `json:"share_of_peak"` // of Ocellus, 0 to 1
	PeerShare float64 `json:"ort_share_of_peak"`
	Off       float64 `json:"off"` // largest difference of an output, as a share of its largest magnitude or of 1, whichever is more
	// WeakSpots is the share of its time, 0 to 1, that ONNX Runtime spends
	// where it is known to be weak.
	WeakSpots float64  `json:"ort_weak_spots"`
	Rewritten string   `json:"rewritten,omitempty"`    // why ONNX Runtime got the model as Ocellus writes it
	Uncapped  *control `json:"ort_uncapped,omitempty"` // with --cap: the same model without
}

type input struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Shape []int  `json:"shape"`
}

// weakSpots are operators that take much of ONNX Runtime's time in some nets:
// a mean without those nets says how the arithmetic compares.
var weakSpots = []string{"QuantizeLinear", "DequantizeLinear", "Transpose", "PRelu", "LRN"}

// Run measures.
func (c *timeCommand) Run(env *cli.Env) error {
	if c.Rounds < 1 || c.Turn <= 0 {
		return cli.Usagef("--rounds and --turn must be above 0")
	}
	if c.Cap == capAVX2 {
		if err := startCapped(); err != nil {
			return err
		}
	}
	features, err := kernels.Available()
	if err != nil {
		return cli.Exit(cli.Usage, err)
	}
	// Neither engine is to pay for a change of thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	file, err := c.library()
	if err != nil {
		return err
	}
	var held *capping
	if c.Cap == capAVX2 {
		if held, err = newCapping(env, c, file); err != nil {
			return err
		}
		defer held.close()
		file = held.copy.File
	}
	lib, err := onnxruntime.Open(file)
	if err != nil {
		return err
	}
	defer lib.Close()

	res := newResult(lib, features, c)
	res.Cap = held
	peak := kernels.PeakF32Rows(features)[0]
	bar := env.Progress("time", len(c.Models))
	defer bar.Close()
	for _, model := range c.Models {
		if err := env.Context.Err(); err != nil {
			return err
		}
		// What cannot be timed leaves the others.
		if t, err := c.net(lib, model, peak, held); err != nil {
			res.Failed = append(res.Failed, err.Error())
		} else {
			res.Nets = append(res.Nets, *t)
		}
		bar.Step()
	}
	bar.Close()
	res.finish()
	return c.deliver(env, res)
}

func (c *timeCommand) deliver(env *cli.Env, res *result) error {
	if c.Out != "" {
		if err := res.write(c.Out); err != nil {
			return err
		}
	}
	var err error
	if c.JSON {
		err = env.JSON(res)
	} else {
		err = env.Printf("%s", res.markdown())
	}
	if err == nil && len(res.Failed) > 0 {
		return cli.Quiet(cli.Negative)
	}
	return err
}

func (c *timeCommand) net(lib *onnxruntime.Library, model string, peak *kernels.PeakF32, held *capping) (_ *netTime, err error) {
	n, err := openNet(lib, model, c.Dim, false)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if err := n.fillRandom(c.Seed); err != nil {
		return nil, err
	}
	t := &netTime{Model: model, Precision: n.precision(), MACs: n.plan.Stats().MACs, Kernel: n.mainKernel(), Rewritten: n.rewritten}
	for _, p := range n.plan.Inputs() {
		t.Inputs = append(t.Inputs, input{p.Name, p.DType.String(), slices.Clone(p.Shape.Slice())})
	}
	differences, err := n.run()
	if err != nil {
		return nil, err
	}
	for _, d := range differences {
		if d.Why != "" {
			return nil, fmt.Errorf("%s: output %q %s; there is no point in timing it", model, d.Output, d.Why)
		}
		t.Off = max(t.Off, d.Worst/max(d.Largest, 1))
	}
	byOp, err := lib.OpShares(n.peerFile, n.inputs)
	if err != nil {
		return nil, err
	}
	for _, op := range weakSpots {
		t.WeakSpots += byOp[op]
	}
	if t.Uncapped, err = held.check(n, model); err != nil {
		return nil, err
	}
	return t, held.watch(func() error { return c.measure(n, t, peak) })
}

func (c *timeCommand) measure(n *net, t *netTime, peak *kernels.PeakF32) error {
	runtime.GC()
	for _, run := range []func() error{n.peer.Run, n.ours.Run} {
		if _, err := turn(run, c.Turn); err != nil {
			return err
		}
	}
	t.Peak = peak.Measure()
	var peer, ours, ratio []float64
	for range c.Rounds {
		a, err := turn(n.peer.Run, c.Turn)
		if err != nil {
			return err
		}
		b, err := turn(n.ours.Run, c.Turn)
		if err != nil {
			return err
		}
		peer, ours, ratio = append(peer, a), append(ours, b), append(ratio, a/b)
	}
	t.Peak = max(t.Peak, peak.Measure()) / 1e9
	t.PeerMS, t.OursMS = median(peer)*1e3, median(ours)*1e3
	t.PeerLeast = quantile(peer, 0) * 1e3
	t.Ratio, t.RatioLow, t.RatioHigh = median(ratio), quantile(ratio, 0.25), quantile(ratio, 0.75)
	const flops = 2 // a multiplication and an addition
	work := flops * float64(t.MACs) / 1e6 / t.Peak
	t.Share, t.PeerShare = work/t.OursMS, work/t.PeerMS
	return nil
}

// turn runs for so long, once at least, and returns the median of the runs in
// seconds.
func turn(run func() error, limit time.Duration) (float64, error) {
	var times []float64
	for start := time.Now(); len(times) == 0 || time.Since(start) < limit; {
		t := time.Now()
		if err := run(); err != nil {
			return 0, err
		}
		times = append(times, time.Since(t).Seconds())
	}
	return median(times), nil
}
