package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/data/augment"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/train"
	"github.com/ocellus-vision/ocellus/train/optim"
)

type trainCommand struct {
	Network string `arg:"" name:"network" help:"Network to train: ocellus-host models define lists them; those that classify."`
	Data    string `help:"What to learn from: KIND:FOLDER, or a folder of one folder a class." required:"" placeholder:"SPEC"`
	Out     string `help:"The file to write." required:"" placeholder:"MODEL.onnx"`
	trainSettings
	transferFlags

	Folder  string        `name:"run" help:"Folder of the run: checkpoint, log, manifest, page. Default: the file to write, with .train for .onnx." placeholder:"DIR"`
	Resume  bool          `help:"Go on with the run that is there: same command, with this added." xor:"begin"`
	Restart bool          `help:"Begin anew where an unfinished run is." xor:"begin"`
	Every   time.Duration `help:"Time between checkpoints." default:"30s" placeholder:"TIME"`
	Threads int           `help:"Cores to use; default: all." placeholder:"N"`
	Strict  bool          `help:"End at a picture that is broken or wrongly labelled, in place of leaving it out."`
	Licence string        `help:"Licence of the result, as the file will state it." default:"unknown" placeholder:"SPDX"`
	About   string        `help:"What the data are, as the file will state it. Default: kind and number of the pictures." placeholder:"TEXT"`
	Record  string        `help:"Write the figures to PREFIX.md and PREFIX.json." placeholder:"PREFIX"`
	JSON    bool          `help:"Print the result as JSON."`
}

// trainSettings are those of train.Config that a person may change. What is
// not given is the recipe's.
type trainSettings struct {
	Epochs     *int     `help:"How often to go through the data." placeholder:"N" group:"recipe"`
	Batch      *int     `help:"Pictures a step; default: the recipe's, or all where there are fewer." placeholder:"N" group:"recipe"`
	Accumulate *int     `help:"Batches whose gradients make a step: as one batch that is so many times as large, in the memory of one." placeholder:"N" group:"recipe"`
	LR         *float64 `name:"lr" help:"Rate of learning, at its highest." placeholder:"RATE" group:"recipe"`
	Optimizer  *string  `help:"sgd, nesterov or adamw." placeholder:"NAME" group:"recipe"`
	Momentum   *float64 `help:"Momentum of sgd and nesterov." placeholder:"SHARE" group:"recipe"`
	Decay      *float64 `name:"weight-decay" help:"Decay of weights; biases and normalisation do not decay." placeholder:"SHARE" group:"recipe"`
	Schedule   *string  `help:"How the rate falls: constant, step, cosine or plateau." placeholder:"NAME" group:"recipe"`
	WarmUp     *float64 `name:"warm-up" help:"Epochs in which the rate rises from 0." placeholder:"N" group:"recipe"`
	Clip       *float64 `help:"Largest length of all gradients together; 0: any." placeholder:"LENGTH" group:"recipe"`
	Average    *float64 `help:"Average the weights, with this decay, such as 0.999; 0: do not." placeholder:"DECAY" group:"recipe"`
	Smoothing  *float64 `help:"Share of each label that is spread over all classes." placeholder:"SHARE" group:"recipe"`
	Augment    *string  `help:"How pictures are changed: digits, cifar, photos or none; or changes, as mirror,crop:4." placeholder:"POLICY" group:"recipe"`
	Validation *float64 `help:"Share of the data to judge epochs by, which is not learned from." placeholder:"SHARE" group:"recipe"`
	Patience   *int     `help:"End after so many epochs without gain, and take the best; 0: go through all, and take the last." placeholder:"N" group:"recipe"`
	Size       int      `help:"Side of the network's input in pixels; default: the network's own, or that of small pictures." placeholder:"PIXELS" group:"recipe"`
	Channels   int      `help:"1 (grey) or 3; default: the network's own." placeholder:"N" group:"recipe"`
	Width      float64  `help:"Channels of inner layers, as a share of the network's own: 0.25 for a quarter (vgg16, alexnet, googlenet)." placeholder:"SHARE" group:"recipe"`
	Grouped    bool     `help:"AlexNet's convolutions in two groups, as on the two graphics cards of its authors." group:"recipe"`
	Seed       uint64   `help:"Seed of weights, order and augmentation." default:"1" group:"recipe"`
}

func (c *trainCommand) Help() string {
	return `Examples:

    ocellus-host train lenet5 --data mnist:digits --out digits.onnx
    ocellus classify --model digits.onnx photo.png                      and use it

    ocellus-host train lenet5 --data fashion: --out fashion.onnx        apt-get install dataset-fashion-mnist
    ocellus-host train resnet20 --data cifar10:cifar --out cifar.onnx --epochs 30
    ocellus-host train mobilenetv2 --data folders:parts --out parts.onnx --size 96 --augment photos
    ocellus-host train vgg16 --data cifar10:cifar --out vgg.onnx --width 0.25       a quarter of its channels
    ocellus-host train resnet20 --data cifar10:cifar --out cifar.onnx --resume      go on after Ctrl-C
    ocellus-host train resnet20 --data parts --out parts.onnx --from cifar.onnx     few pictures: transfer

--data is KIND:WHERE:
` + data.Kinds() + `
Only sets with one class a picture can be learned from here. A folder of your own pictures needs no
kind: parts/screw/1.jpg, parts/nut/1.jpg and so on. If it has folders train and test (and val), each
with one folder a class, those are the parts.

A part of the training pictures is kept for validation: by it you see after every epoch whether the
network learns or only memorises, and --patience ends the run by it. The test pictures are looked at
once, at the end; that accuracy is the one to believe. It stands in the file, with the labels and
with how a picture becomes the input.

One seed gives the same bytes, on any number of cores. Ctrl-C is safe: a checkpoint is written, and
the same command with --resume goes on to the very result that it would have come to; so it is after
a power cut, from the last checkpoint (--every). The folder of the run has the log (log.jsonl; the
same figures for tensorboard --logdir), what it was made of (run.json) and a page of curves and
mistakes (index.html).

When the memory does not suffice: a smaller --batch, and --accumulate for the batches that are to
make a step together; only batch normalisation still goes by each batch alone.

With few pictures, begin with what a network of the same kind has learned from many (--from). Its last
layer is drawn anew for your classes and alone trained (--transfer head: fast, and hard to overdo);
or later layers are trained too (early), or all of them (init). --compare tries each, and from
nothing, and says which did best.

When the loss grows or is not finite: a smaller --lr, or --clip 5. When training is good and
validation is not: more pictures, --augment, --weight-decay 0.001. When both are bad: more --epochs,
a larger network.`
}

// config is the recipe of a network, with what the flags change.
func (s *trainSettings) config(network string, g *nn.Graph) train.Config {
	c := train.Recipe(network, g)
	set(&c.Epochs, s.Epochs)
	set(&c.Batch, s.Batch)
	if s.Accumulate != nil && *s.Accumulate != 1 {
		c.Accumulate = *s.Accumulate
	}
	set(&c.Rate, s.LR)
	set(&c.Optimizer, s.Optimizer)
	set(&c.Momentum, s.Momentum)
	set(&c.Decay, s.Decay)
	set(&c.Schedule, s.Schedule)
	set(&c.WarmUp, s.WarmUp)
	set(&c.Clip, s.Clip)
	set(&c.Average, s.Average)
	set(&c.Smoothing, s.Smoothing)
	set(&c.Augment, s.Augment)
	set(&c.Validation, s.Validation)
	set(&c.Patience, s.Patience)
	c.Network, c.Seed, c.Grouped = network, s.Seed, s.Grouped
	if s.Width != 1 {
		c.Width = s.Width
	}
	// A run shorter than the recipe's warm-up warms up for half of it.
	if s.WarmUp == nil {
		c.WarmUp = min(c.WarmUp, float64(c.Epochs)/2)
	}
	return c
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// training is a run of the command.
type training struct {
	*trainCommand
	config train.Config
	def    *models.Definition
	sets   trainSets
	whole  *nn.Graph // all of it to be trained
	graph  *nn.Graph // what is trained: parts of it may be frozen
	taken  *transferred
	task   *train.Classifier
	pool   *plan.Pool
	dir    string
	left   []error // pictures that could not be read
}

// Run trains.
func (c *trainCommand) Run(env *cli.Env) error {
	if err := c.check(); err != nil {
		return err
	}
	if c.Compare {
		return c.compare(env)
	}
	r, err := c.train(env)
	if err != nil || r == nil {
		return err
	}
	if c.JSON {
		return env.JSON(r)
	}
	return r.print(env)
}

// train is one run, to its end.
func (c *trainCommand) train(env *cli.Env) (*trainResult, error) {
	t, err := c.prepare(env)
	if err != nil {
		return nil, usage(err)
	}
	defer t.pool.Close()
	if err := t.manifest(env, nil); err != nil {
		return nil, err
	}
	start := time.Now()
	res, err := t.run(env)
	if err != nil {
		return nil, usage(err)
	}
	return t.finish(env, res, time.Since(start))
}

// usage gives mistakes in the settings the exit code of wrong usage.
func usage(err error) error {
	var setting *train.ErrConfig
	var option *optim.ErrOption
	var network *models.ErrOption
	var transfer *train.ErrTransfer
	switch {
	case errors.As(err, &setting) || errors.As(err, &option) || errors.As(err, &network):
		return cli.Exit(cli.Usage, err)
	case errors.As(err, &transfer):
		return cli.Exit(cli.BadInput, err)
	}
	return err
}

// check finds what is wrong with the flags by themselves.
func (c *trainCommand) check() error {
	if !strings.HasSuffix(c.Out, ".onnx") {
		return cli.Usagef("--out %s: the name of an ONNX file ends in .onnx", c.Out)
	}
	return c.transferFlags.check()
}

// folder is where the run is kept.
func (c *trainCommand) folder() string {
	if c.Folder != "" {
		return c.Folder
	}
	return strings.TrimSuffix(c.Out, ".onnx") + ".train"
}

func (c *trainCommand) prepare(env *cli.Env) (*training, error) {
	def, err := findDefinition(c.Network)
	if err != nil {
		return nil, err
	}
	if def.Task != "classify" {
		return nil, cli.Usagef("%s is for another task than to classify, which cannot be trained yet", def.Name)
	}
	t := &training{trainCommand: c, def: def, dir: c.folder()}
	if epoch, epochs, ok := train.Unfinished(t.dir); ok && !c.Resume && !c.Restart {
		return nil, cli.Usagef("%s holds a run that is in epoch %d of %d: --resume goes on with it, --restart begins anew", t.dir, epoch, epochs)
	}
	if t.sets, err = openTrainSets(c.Data, c.Strict); err != nil {
		return nil, err
	}
	t.sets.tell(env)
	if err := t.build(env); err != nil {
		return nil, err
	}
	t.pool = plan.NewPool(threadsOf(c.Threads))
	return t, os.MkdirAll(t.dir, 0o755)
}

// fitBatch makes the recipe's batch no larger than what there is to learn from.
// A batch that was asked for stays, and is refused later.
//
// The rate stays too. Goyal et al. (Accurate, Large Minibatch SGD, 2017) scale
// it with the batch because a smaller one takes more steps an epoch, each with
// more noise. This batch is all there is: it takes one step an epoch, and knows
// the gradient but for augmentation. Measured with three seeds each, scaling
// gained 5 points for ResNet-20 on 60 pictures, nothing on 20 or for LeNet-5 on
// 60, and lost 7 for LeNet-5 on 20, which then moves too little in its epochs.
func (t *training) fitBatch(env *cli.Env) {
	if n := t.sets.learn.Len(); t.Batch == nil && n > 0 && n < t.config.Batch {
		env.Notef("%d pictures to learn from are fewer than the recipe's batch of %d: a batch has %[1]d, at the recipe's rate (--batch and --lr set others)\n", n, t.config.Batch)
		t.config.Batch = n
	}
}

// build makes the network and what it is to learn.
func (t *training) build(env *cli.Env) error {
	o, err := t.form()
	if err != nil {
		return err
	}
	if t.whole, err = t.def.Make(o); err != nil {
		return err
	}
	t.config = t.trainSettings.config(t.def.Name, t.whole)
	if err := t.begin(env); err != nil {
		return err
	}
	t.config.Size, t.config.Channels, t.config.Classes = o.Size, o.Channels, o.Classes
	if _, err := augment.Parse(t.config.Augment); err != nil {
		return cli.Exit(cli.Usage, err)
	}
	if err := t.sets.split(t.config.Validation, t.config.Seed); err != nil {
		return err
	}
	t.fitBatch(env)
	t.task, err = train.NewClassifier(t.sets.learn, t.sets.validate, *pixelsOf(t.def, o), &t.config, t.Strict)
	return err
}

// form is the form of the network that fits the pictures.
func (t *training) form() (models.Options, error) {
	o := models.Options{Size: t.Size, Channels: t.Channels, Classes: len(t.sets.learn.Classes), Width: t.Width, Grouped: t.Grouped, Seed: t.Seed, Fresh: true}
	first, err := t.sets.learn.Image(0)
	if err != nil {
		return o, err
	}
	if o.Size == 0 {
		// Small pictures are not enlarged to the size of ImageNet's.
		const multiple = 32
		o.Size = min(t.def.Size, (max(first.W, first.H)+multiple-1)/multiple*multiple)
	}
	if o.Channels == 0 {
		o.Channels = t.def.Channels
	}
	if o.Channels != 1 && o.Channels != 3 {
		return o, cli.Usagef("--channels %d: 1 for grey, 3 for colour", o.Channels)
	}
	return o, nil
}

// run trains, and tells a person how far it is.
func (t *training) run(env *cli.Env) (*train.Result, error) {
	w := newTrainWatch(env, t)
	defer w.close()
	res, err := train.Run(env.Context, t.graph, t.task, t.config, train.Options{
		Dir: t.dir, Resume: t.Resume, Every: t.Every, Pool: t.pool, Step: w.step, Note: w.note,
	})
	var checkpoint *train.ErrCheckpoint
	switch {
	case errors.Is(err, context.Canceled):
		w.close()
		env.Notef("stopped; go on by\n    %s\n", t.again(env))
	case errors.As(err, &checkpoint) && errors.Is(err, fs.ErrNotExist):
		return nil, cli.Exit(cli.Missing, fmt.Errorf("%w; without --resume a run begins", err))
	case errors.As(err, &checkpoint):
		return nil, cli.Exit(cli.BadInput, fmt.Errorf("%w (--restart without --resume begins anew)", err))
	}
	if res != nil {
		res.Graph = train.Thawed(t.whole, res.Graph)
	}
	return res, err
}

// again is the command that goes on with the run.
func (t *training) again(env *cli.Env) string {
	args := slices.DeleteFunc(slices.Clone(env.Args), func(a string) bool { return a == "--restart" || a == "--resume" })
	return commandLine(append(args, "--resume"))
}

// finish judges the network by the test pictures, and writes the file, the
// manifest and the page.
func (t *training) finish(env *cli.Env, res *train.Result, took time.Duration) (*trainResult, error) {
	r, err := t.judge(env, res)
	if err != nil {
		return nil, err
	}
	r.Seconds = took.Seconds()
	g, err := t.describe(res.Graph, r)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(t.Out), 0o755); err != nil {
		return nil, err
	}
	if err := onnx.WriteFile(t.Out, g); err != nil {
		return nil, cli.Exit(cli.Missing, err)
	}
	if r.SHA256, err = sha256Of(t.Out); err != nil {
		return nil, err
	}
	if err := t.manifest(env, r); err != nil {
		return nil, err
	}
	if err := t.page(env, r); err != nil {
		return nil, err
	}
	if t.Record != "" {
		if err := record(t.Record, r, r.markdown()); err != nil {
			return nil, err
		}
	}
	return r, nil
}
