package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

type evalClassifyCommand struct {
	Model string `required:"" help:"Name of a model, or an ONNX file." placeholder:"NAME|FILE"`
	cli.ModelsFlag
	Data    string `required:"" help:"What to judge by: KIND:FOLDER, or a folder of one folder a class." placeholder:"SPEC"`
	Part    string `help:"Part of the set: train, val, test or all. Default: test, or all of a set that has no such part." placeholder:"PART"`
	Known   bool   `name:"known-only" help:"Leave out pictures of classes that the model does not know, in place of refusing the set."`
	Strict  bool   `help:"End at what is broken or wrongly labelled, in place of leaving it out."`
	Threads int    `help:"Cores to use; default: all." placeholder:"N"`
	Worst   int    `help:"How many of the worst mistakes are told." default:"24" placeholder:"N"`
	Page    string `help:"Folder for a page (index.html)." placeholder:"DIR"`
	Record  string `help:"Write the result to PREFIX.md and PREFIX.json." placeholder:"PREFIX"`
	JSON    bool   `help:"Print JSON."`
	cli.ClassifierFlags
}

func (c *evalClassifyCommand) Help() string {
	return `Examples:

    ocellus-host eval classify --model digits.onnx --data mnist:digits
    ocellus-host eval classify --model cifar.onnx --data cifar10:test_batch.bin --page page
    ocellus-host eval classify --model parts.onnx --data folders:new-photos --part all
    ocellus-host eval classify --model digits.onnx --data mnist:more --json | jq .figures.accuracy
    ocellus-host eval classify --model other.onnx --colour rgb --scale 1/255 --fit crop --labels names.txt --data photos

--data is KIND:WHERE:
` + data.Kinds() + `
A set for judging alone, without a training part, will do. Where files tell no parts, the test part is
one picture in ten of each class, the same that train keeps from learning; --part all takes all.

Classes of the set are matched with those of the model by name, in whatever order: case does not count,
nor does a number before the name, as in 3_cat. Where the set has numbers for names, a number is that of
the model's class. Pictures of a class that the model does not know end the command, unless --known-only
leaves them out; a class that the set lacks does no harm.

The interval of the accuracy is Wilson's, of 95 %. The expected calibration error is how far off the
probabilities are: 0 where of pictures with 90 % nine in ten are right. What cannot be read is left out,
named and counted, and the exit code is then 3; --strict ends there.`
}

// Run evaluates.
func (c *evalClassifyCommand) Run(env *cli.Env) error {
	if c.Worst < 0 {
		return cli.Usagef("--worst %d is below 0", c.Worst)
	}
	file, err := c.Resolve(c.Model)
	if err != nil {
		return err
	}
	set, notes, err := c.openSet()
	if err != nil {
		return err
	}
	tellSkipped(env, "set", set.Skipped)
	s, err := ocellus.Open(file, ocellus.WithThreads(threadsOf(c.Threads)), ocellus.WithMeta(c.Describe))
	if err != nil {
		return err
	}
	defer s.Close()
	j, note, err := newJudge(env.Context, s, set, c.Known)
	if err != nil {
		return unmatched(err)
	}
	if note != "" {
		notes = append(notes, note)
	}
	j.threads, j.strict = threadsOf(c.Threads), c.Strict
	start := time.Now()
	if err := j.all(env, "classify"); err != nil {
		return err
	}
	took := time.Since(start)
	tellSkipped(env, "judging", j.left)
	r, err := c.result(env, j, notes, took)
	if err != nil {
		return err
	}
	if err := c.tell(env, r); err != nil {
		return err
	}
	if r.damaged {
		return cli.Quiet(cli.BadInput)
	}
	return nil
}

// openSet opens the part that is asked for, or else the one that there is.
func (c *evalClassifyCommand) openSet() (*data.Labelled, []string, error) {
	if c.Part != "" && !slices.Contains([]string{data.Train, data.Val, data.Test, data.All}, c.Part) {
		return nil, nil, cli.Usagef("--part %s is none of train, val, test and all", c.Part)
	}
	o := data.Options{Strict: c.Strict}
	if c.Part != "" {
		set, err := data.OpenLabelled(c.Data, c.Part, o)
		return set, nil, err
	}
	c.Part = data.Test
	set, err := data.OpenLabelled(c.Data, data.Test, o)
	if errors.Is(err, data.ErrNoPart) {
		c.Part = data.All
		set, err = data.OpenLabelled(c.Data, data.All, o)
		return set, []string{"the set has no test part, so that all of it was judged: learned from, or not"}, err
	}
	if err == nil && set.Cut {
		return set, []string{"the files tell no parts, so that one picture in ten of each class was judged: --part all takes all"}, nil
	}
	return set, nil, err
}

// unmatched tells what to do about classes that the model does not know.
func unmatched(err error) error {
	if !errors.As(err, new(*eval.ErrClasses)) {
		return err
	}
	return fmt.Errorf("%w. --known-only leaves out the pictures of such classes; --labels FILE names the model's classes as the data do", err)
}
