package main

import (
	"errors"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

type classifyCommand struct {
	Images []string `arg:"" name:"image" help:"Pictures (JPEG, PNG, WebP, BMP), or folders of them."`
	Model  string   `help:"Name of a model, or an ONNX file." required:"" placeholder:"NAME|FILE"`
	cli.ModelsFlag
	Top     int  `help:"How many classes to tell, the most probable first." default:"5" placeholder:"N"`
	JSON    bool `help:"Print a line of JSON for each picture; the default where the output is no terminal." xor:"form"`
	Text    bool `help:"Print lines for people; the default on a terminal." xor:"form"`
	Threads int  `help:"Cores to use; default: all." placeholder:"N"`
	cli.ClassifierFlags
}

func (c *classifyCommand) Help() string {
	return `Examples:

    ocellus classify --model digits.onnx seven.png            what one picture shows
    ocellus classify --model parts.onnx --top 1 photos        the likeliest class of each, for a folder
    ocellus classify --model other.onnx --colour rgb --mean 123.675,116.28,103.53 \
        --scale 0.0171,0.0175,0.0174 --fit crop --labels names.txt photo.jpg
    ocellus classify --model parts.onnx --json photos | jq -r '[.image, .classes[0].label] | @tsv'

Models that "ocellus-host train" makes say themselves how a picture goes in and what the classes are
called; of others say it by the flags. A line of JSON has image, width, height, model, classes and
ms. A class has class (its number), label and probability, 0 to 1: those of all classes sum to 1, so
that a picture of none of them is one of them all the same. A picture that cannot be read has error
in place of classes; the others go on, and the exit code is 3.`
}

// classifyLine is what is printed of a picture.
type classifyLine struct {
	Image   string          `json:"image"`
	Width   int             `json:"width"`
	Height  int             `json:"height"`
	Model   string          `json:"model"`
	Classes []ocellus.Class `json:"classes"`
	MS      stageTimes      `json:"ms"`
}

// Run classifies.
func (c *classifyCommand) Run(env *cli.Env) error {
	if c.Top < 1 {
		return cli.Usagef("--top %d: one class at least is told", c.Top)
	}
	file, err := c.Resolve(c.Model)
	if err != nil {
		return err
	}
	s, err := ocellus.Open(file, ocellus.WithThreads(threads(c.Threads)), ocellus.WithMeta(c.Describe))
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Classifies(); err != nil {
		return err
	}
	files, err := listPictures(c.Images)
	if err != nil {
		return err
	}
	asJSON := c.JSON || !c.Text && !env.StdoutTTY
	bar := env.Progress("classify", len(files))
	defer bar.Close()
	failed := false
	for _, file := range files {
		line, err := c.classify(env, s, file)
		bar.Clear()
		switch {
		case err == nil:
			err = line.print(env, asJSON)
		case env.Context.Err() != nil:
			return env.Context.Err()
		default:
			failed = true
			err = printFailure(env, file, err, asJSON)
		}
		if err != nil {
			return err
		}
		bar.Step()
	}
	if failed {
		return cli.Quiet(cli.BadInput)
	}
	return nil
}

func (c *classifyCommand) classify(env *cli.Env, s *ocellus.Session, file string) (*classifyLine, error) {
	start := time.Now()
	img, err := vision.Load(file)
	if err != nil {
		return nil, err
	}
	loaded := time.Now()
	classes, spent, err := s.Classify(env.Context, img)
	if err != nil {
		return nil, err
	}
	l := &classifyLine{Image: file, Width: img.W, Height: img.H, Model: s.Name(), Classes: classes[:min(c.Top, len(classes))]}
	l.MS = stageTimes{Load: ms(loaded.Sub(start)), Prepare: ms(spent.Prepare), Infer: ms(spent.Infer), Decode: ms(spent.Decode), Total: ms(time.Since(start))}
	return l, nil
}

func (l *classifyLine) print(env *cli.Env, asJSON bool) error {
	if asJSON {
		return env.JSON(l)
	}
	if err := env.Printf("%s: %s, %.1f ms\n", l.Image, l.Classes[0].Label, l.MS.Total); err != nil {
		return err
	}
	for _, c := range l.Classes {
		if err := env.Printf("  %6.2f %%  %s\n", 100*c.Probability, c.Label); err != nil {
			return err
		}
	}
	return nil
}

// printFailure tells of a picture that cannot be read, and lets the others go
// on.
func printFailure(env *cli.Env, file string, err error, asJSON bool) error {
	var e *cli.Error
	if errors.As(err, &e) {
		return err
	}
	env.Notef("ocellus: %v\n", err)
	if asJSON {
		return env.JSON(detectFailure{file, err.Error()})
	}
	return nil
}
