package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/ocellus-vision/ocellus/bench/torch"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/train/loss"
	"github.com/ocellus-vision/ocellus/train/optim"
)

// trainedNet is a network that both engines train.
type trainedNet struct {
	Name, What string
	Batch      int
	define     func(models.Options) (*nn.Graph, error)
	options    models.Options
	loss       string
}

var trainedNets = []trainedNet{
	{"lenet5", "LeNet-5, 28×28", 64, models.LeNet5, models.Options{Size: 28, Channels: 1, Classes: 10}, torch.CrossEntropy},
	{"resnet20", "ResNet-20, 32×32", 64, models.ResNet20, models.Options{Size: 32, Channels: 3, Classes: 10}, torch.CrossEntropy},
	{"resnet18", "ResNet-18, 32×32 (no stride at its beginning)", 64, models.ResNet18, models.Options{Size: 32, Channels: 3, Classes: 10}, torch.CrossEntropy},
	{"tiny-yolo", "tiny YOLO, 160×160: six convolutions of 3×3 with batch normalisation and LeakyRelu, 8 to 256 channels, five poolings, 30 outputs a cell", 16,
		models.TinyYOLO, models.Options{Size: 160, Channels: 3, Classes: 1}, torch.Squares},
}

func findTrained(names []string) ([]trainedNet, error) {
	if len(names) == 0 {
		return trainedNets, nil
	}
	var found []trainedNet
	for _, name := range names {
		before := len(found)
		for _, n := range trainedNets {
			if n.Name == name {
				found = append(found, n)
			}
		}
		if len(found) == before {
			var all []string
			for _, n := range trainedNets {
				all = append(all, n.Name)
			}
			return nil, cli.Usagef("there is no network %q here; there are %s", name, strings.Join(all, ", "))
		}
	}
	return found, nil
}

// make gives the network its weights and a batch of noise.
func (n *trainedNet) make() (*torch.Net, error) {
	o := n.options
	o.Seed, o.Fresh = 1, true
	g, err := n.define(o)
	if err != nil {
		return nil, err
	}
	x := nn.NewTensor(nn.Float32, nn.S(n.Batch, o.Channels, o.Size, o.Size))
	if err := fillRandom(x, rand.New(rand.NewPCG(1, 0))); err != nil {
		return nil, err
	}
	return &torch.Net{Graph: g, Input: x, Classes: o.Classes, Loss: n.loss, Rate: 1e-3, Momentum: 0.9}, nil
}

func trainable(g *nn.Graph) int {
	n := 0
	for i := range g.Values {
		if v := &g.Values[i]; v.Trainable {
			n += v.Const.Elems()
		}
	}
	return n
}

// trainWorkerCommand is the process that trains in Ocellus, as torch/worker.py
// does in PyTorch.
type trainWorkerCommand struct {
	Network string `arg:"" help:"The network."`
}

// Run trains as it is told by lines on the standard input.
func (c *trainWorkerCommand) Run(env *cli.Env) error {
	debug.SetGCPercent(gcPercent)
	nets, err := findTrained([]string{c.Network})
	if err != nil {
		return err
	}
	hello := turnReport{Base: cli.PeakRSS()}
	step, err := nets[0].step()
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := env.JSON(hello); err != nil {
		return err
	}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		steps, err := strconv.Atoi(lines.Text())
		if err != nil {
			return fmt.Errorf("the number of steps: %w", err)
		}
		var r turnReport
		for range steps {
			start, used := time.Now(), processTime()
			if r.Loss, err = step(); err != nil {
				return err
			}
			r.Wall, r.CPU = append(r.Wall, time.Since(start).Seconds()), append(r.CPU, processTime()-used)
		}
		r.Peak = cli.PeakRSS()
		if err := env.JSON(r); err != nil {
			return err
		}
	}
	return nil
}

// step returns a function that takes one step and returns the loss before it.
func (n *trainedNet) step() (func() (float64, error), error) {
	net, err := n.make()
	if err != nil {
		return nil, err
	}
	t, err := plan.NewTrainer(net.Graph, plan.Bindings{Dims: map[string]int{"batch": n.Batch}}, nil)
	if err != nil {
		return nil, err
	}
	opt, err := optim.NewSGD(t.Parameters(), net.Momentum, false, 0)
	if err != nil {
		return nil, err
	}
	copy(t.Input(0).F32(), net.Input.F32())
	labels := make([]int32, n.Batch)
	for i := range labels {
		labels[i] = int32(i % net.Classes)
	}
	*net = torch.Net{Loss: net.Loss, Classes: net.Classes, Rate: net.Rate} // the trainer has copies of the rest
	return func() (float64, error) {
		t.ZeroGrads()
		if err := t.Forward(); err != nil {
			return 0, err
		}
		out, grad, l := t.Output(0).F32(), t.OutputGrad(0).F32(), 0.0
		if net.Loss == torch.CrossEntropy {
			l, _ = loss.CrossEntropy(out, net.Classes, labels, 0, grad)
		} else {
			l = halfSquares(out, grad)
		}
		if err := t.Backward(); err != nil {
			return 0, err
		}
		opt.Step(net.Rate)
		return l, nil
	}, nil
}

// halfSquares is half of the mean square.
func halfSquares(out, grad []float32) float64 {
	sum, n := 0.0, float32(len(out))
	for i, v := range out {
		sum += float64(v) * float64(v)
		grad[i] = v / n
	}
	return sum / float64(2*len(out))
}

// processTime is what the process has used of the processor, in seconds.
func processTime() float64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return float64(t.Sec) + float64(t.Nsec)*1e-9
}
