package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/bench/torch"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
)

type trainCommand struct {
	Networks []string `arg:"" name:"network" optional:"" help:"Networks to train; default: all."`
	Rounds   int      `help:"How often each engine takes its turn." default:"9"`
	Turn     float64  `help:"Seconds that a turn lasts, roughly; one step at least." default:"0.5"`
	Python   string   `help:"The Python that has PyTorch." default:"/usr/bin/python3"`
	Out      string   `help:"Write train-peers.md and train-peers.json into this folder as well." placeholder:"DIR"`
	JSON     bool     `help:"Print JSON."`
}

func (c *trainCommand) Help() string {
	return `Examples:

    ocellus-peers train
    ocellus-peers train lenet5 resnet20 --rounds 21
    ocellus-peers train --out docs/results

A step is forward, loss, backward and an update by stochastic gradient descent with momentum, on a
batch that stays, in float32 and on one thread. Both engines get the same network as one list of
nodes, with the same weights, and their losses after the first steps are held against each other.
Each has a process of its own; they take turns: PyTorch, Ocellus, PyTorch, and so on. Ratios are
medians over the rounds of PyTorch's time by Ocellus's, above 1 where Ocellus is faster: of the
time that passed, and of the processor's time, which other programs disturb less. Memory is the
peak of the process, and in brackets how far that is above what it was before the network.`
}

// trainTime is what is said of one network.
type trainTime struct {
	Network   string  `json:"network"`
	What      string  `json:"what"`
	Batch     int     `json:"batch"`
	Params    int     `json:"parameters"`
	PeerMS    float64 `json:"torch_ms"`
	OursMS    float64 `json:"ocellus_ms"`
	Ratio     float64 `json:"ratio"`
	RatioLow  float64 `json:"ratio_low"` // a quarter of the rounds is below,
	RatioHigh float64 `json:"ratio_high"`
	CPURatio  float64 `json:"cpu_ratio"`
	PeerPeak  int     `json:"torch_peak_rss_bytes"`
	PeerOwn   int     `json:"torch_net_bytes"` // of it, above what the process had before
	OursPeak  int     `json:"ocellus_peak_rss_bytes"`
	OursOwn   int     `json:"ocellus_net_bytes"`
	PeerLoss  float64 `json:"torch_loss"` // after the first steps
	OursLoss  float64 `json:"ocellus_loss"`
}

// turnReport is a line of a worker.
type turnReport struct {
	Version    string    `json:"version,omitempty"`
	Capability string    `json:"capability,omitempty"`
	Base       int       `json:"base_rss,omitempty"`
	Wall       []float64 `json:"wall,omitempty"` // seconds of each step
	CPU        []float64 `json:"cpu,omitempty"`
	Loss       float64   `json:"loss"`
	Peak       int       `json:"peak_rss,omitempty"`
}

// worker is a process that trains one network.
type worker struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Scanner
	hello turnReport
}

func startWorker(env *cli.Env, name string, args ...string) (*worker, error) {
	w := &worker{cmd: exec.CommandContext(env.Context, name, args...)}
	w.cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "MKL_NUM_THREADS=1", "GOMAXPROCS=1")
	w.cmd.Stderr = env.Stderr
	in, err := w.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.in, w.out = in, bufio.NewScanner(out)
	w.out.Buffer(nil, 1<<20)
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	if w.hello, err = w.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s does not start: %w", name, err), w.close())
	}
	return w, nil
}

func (w *worker) read() (t turnReport, err error) {
	if !w.out.Scan() {
		return t, errors.Join(io.ErrUnexpectedEOF, w.out.Err())
	}
	return t, json.Unmarshal(w.out.Bytes(), &t)
}

// turn takes some steps.
func (w *worker) turn(steps int) (turnReport, error) {
	if _, err := fmt.Fprintln(w.in, steps); err != nil {
		return turnReport{}, err
	}
	return w.read()
}

func (w *worker) close() error {
	w.in.Close() // the process ends with its input
	return w.cmd.Wait()
}

// Run measures.
func (c *trainCommand) Run(env *cli.Env) error {
	if c.Rounds < 1 || !(c.Turn > 0) {
		return cli.Usagef("--rounds and --turn must be above 0")
	}
	nets, err := findTrained(c.Networks)
	if err != nil {
		return err
	}
	features, err := kernels.Available()
	if err != nil {
		return cli.Exit(cli.Usage, err)
	}
	res := newTrainResult(features, c)
	bar := env.Progress("train", len(nets)*c.Rounds)
	defer bar.Close()
	for i := range nets {
		t, err := c.net(env, &nets[i], res, bar)
		if err != nil {
			return fmt.Errorf("%s: %w", nets[i].Name, err)
		}
		res.Nets = append(res.Nets, *t)
	}
	bar.Close()
	if c.Out != "" {
		if err := res.write(c.Out); err != nil {
			return err
		}
	}
	if c.JSON {
		return env.JSON(res)
	}
	return env.Printf("%s", res.markdown())
}

// net measures one network.
func (c *trainCommand) net(env *cli.Env, n *trainedNet, res *trainResult, bar *cli.Progress) (_ *trainTime, err error) {
	dir, err := os.MkdirTemp("", "ocellus-train-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	net, err := n.make()
	if err != nil {
		return nil, err
	}
	script := filepath.Join(dir, "worker.py")
	if err := errors.Join(torch.Write(dir, net), os.WriteFile(script, []byte(torch.Worker), 0o666)); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	peer, err := startWorker(env, c.Python, script, dir)
	if err != nil {
		return nil, fmt.Errorf("%w\nTo get PyTorch, run: scripts/need.sh torch", err)
	}
	defer func() { err = errors.Join(err, peer.close()) }()
	ours, err := startWorker(env, self, "train-worker", n.Name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ours.close()) }()
	res.Peer = fmt.Sprintf("PyTorch %s (%s)", peer.hello.Version, strings.TrimSpace(peer.hello.Capability))
	t := &trainTime{Network: n.Name, What: n.What, Batch: n.Batch, Params: trainable(net.Graph)}
	return t, c.measure(peer, ours, t, bar)
}

// warmUp is how many steps do not count. After them the losses must agree.
const warmUp = 3

func (c *trainCommand) measure(peer, ours *worker, t *trainTime, bar *cli.Progress) error {
	a, err := peer.turn(warmUp)
	if err != nil {
		return err
	}
	b, err := ours.turn(warmUp)
	if err != nil {
		return err
	}
	t.PeerLoss, t.OursLoss = a.Loss, b.Loss
	if off := relative(a.Loss, b.Loss); !(off < 1e-3) {
		return fmt.Errorf("after %d steps PyTorch has loss %g and Ocellus %g: they do not train the same", warmUp, a.Loss, b.Loss)
	}
	stepsOf := func(r turnReport) int { return max(1, int(c.Turn/median(r.Wall))) }
	peerSteps, ourSteps := stepsOf(a), stepsOf(b)
	var peers, us, ratios, cpu []float64
	for range c.Rounds {
		if a, err = peer.turn(peerSteps); err != nil {
			return err
		}
		if b, err = ours.turn(ourSteps); err != nil {
			return err
		}
		x, y := median(a.Wall), median(b.Wall)
		peers, us, ratios, cpu = append(peers, x), append(us, y), append(ratios, x/y), append(cpu, median(a.CPU)/median(b.CPU))
		bar.Step()
	}
	t.PeerMS, t.OursMS = median(peers)*1e3, median(us)*1e3
	t.Ratio, t.RatioLow, t.RatioHigh, t.CPURatio = median(ratios), quantile(ratios, 0.25), quantile(ratios, 0.75), median(cpu)
	t.PeerPeak, t.PeerOwn = a.Peak, a.Peak-peer.hello.Base
	t.OursPeak, t.OursOwn = b.Peak, b.Peak-ours.hello.Base
	return nil
}

func relative(a, b float64) float64 { return max(a-b, b-a) / max(a, 1e-12) }

func newTrainResult(features kernels.Features, c *trainCommand) *trainResult {
	return &trainResult{
		Date: time.Now().UTC().Format(time.RFC3339), Revision: revision(cli.ReadBuild()), Command: commandLine(os.Args),
		CPU: cli.CPU(), ISA: features.String(), Load: loadAverage(), Rounds: c.Rounds, Turn: c.Turn,
	}
}
