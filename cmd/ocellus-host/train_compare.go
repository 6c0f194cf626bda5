package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/report"
	"github.com/ocellus-vision/ocellus/train"
)

// scratch is the name of training from weights that were drawn.
const scratch = "scratch"

// compared is how well each way of training did.
type compared struct {
	File string         `json:"file"` // the best one's copy
	Best string         `json:"best"` // the way of it
	Ways []*comparedWay `json:"ways"`
}

type comparedWay struct {
	Way    string       `json:"way"`
	Result *trainResult `json:"result"`
}

// compare trains from nothing and in each way of transfer, with the same data
// and seed, and keeps the network that does best on the pictures for validation:
// chosen by the test pictures, its accuracy on them would be worth less.
func (c *trainCommand) compare(env *cli.Env) error {
	all := &compared{File: c.Out}
	for _, way := range append([]string{scratch}, train.Transfers()...) {
		one := c.oneOf(way)
		env.Notef("\n%s\n", way)
		r, err := one.train(env)
		if err != nil {
			return err
		}
		all.Ways = append(all.Ways, &comparedWay{way, r})
	}
	best := all.best()
	all.Best = best.Way
	if err := copyFile(best.Result.File, c.Out); err != nil {
		return err
	}
	if err := all.page(c.folder()); err != nil {
		return err
	}
	if c.Record != "" {
		if err := record(c.Record, all, all.markdown()); err != nil {
			return err
		}
	}
	if c.JSON {
		return env.JSON(all)
	}
	if err := env.Table(append([][]string{comparedColumns}, all.rows()...)); err != nil {
		return err
	}
	return env.Printf("best on validation: %s, written to %s; see %s\n", all.Best, c.Out, filepath.Join(c.folder(), "index.html"))
}

// oneOf is the command that trains in one way, within the folder of all.
func (c *trainCommand) oneOf(way string) *trainCommand {
	one := *c
	one.Compare, one.Record = false, ""
	one.Folder = filepath.Join(c.folder(), way)
	one.Out = filepath.Join(one.Folder, "network.onnx")
	switch way {
	case scratch:
		one.From, one.FreezeTo = "", ""
	case train.TransferEarly:
		one.transferFlags.Transfer = way
	default:
		one.transferFlags.Transfer, one.FreezeTo = way, ""
	}
	// Those that were not reached before begin.
	if _, err := os.Stat(filepath.Join(one.Folder, train.CheckpointFile)); err != nil {
		one.Resume = false
	}
	return &one
}

// best is the way that did best on validation, of those that are right as often
// the one of the least loss; without validation, the first.
func (c *compared) best() *comparedWay {
	return slices.MaxFunc(c.Ways, func(a, b *comparedWay) int {
		x, y := a.Result.Validation, b.Result.Validation
		return cmp.Or(cmp.Compare(x.Accuracy(), y.Accuracy()), cmp.Compare(y.Loss, x.Loss))
	})
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return cli.Exit(cli.Missing, err)
	}
	return cli.Exit(cli.Missing, atomicfile.Write(to, func(w io.Writer) error { _, err := w.Write(b); return err }))
}

var comparedColumns = []string{"way", "trained", "rate", "right on validation", "right on the test", "time"}

func (c *compared) rows() (rows [][]string) {
	for _, w := range c.Ways {
		r, validation, test := w.Result, "none", "none"
		if r.Validation.Seen > 0 {
			validation = fmt.Sprintf("%.2f %% of %d", 100*r.Validation.Accuracy(), r.Validation.Seen)
		}
		if r.Figures != nil {
			test = fmt.Sprintf("%.2f %% of %d", 100*float64(r.Figures.Accuracy), r.Figures.Pictures)
		}
		rows = append(rows, []string{w.Way, cli.Count(int64(r.Trained)) + " parameters", fmt.Sprintf("%g", r.Config.Rate), validation, test,
			time.Duration(r.Seconds * float64(time.Second)).Round(time.Second / 10).String()})
	}
	return rows
}

func (c *compared) title() string {
	r := c.Ways[0].Result
	return fmt.Sprintf("%s, trained in %d ways: %s", r.Config.Form(), len(c.Ways), r.Data)
}

func (c *compared) lead() string {
	r := c.Ways[len(c.Ways)-1].Result
	return fmt.Sprintf("From nothing (%s), and from what %s has learned: with a new last layer that alone is trained (head), with early layers as they were (early), and all of it trained (init). The same pictures, seed and %d epochs. Best on validation: %s.",
		scratch, filepath.Base(r.Transfer.File), r.Config.Epochs, c.Best)
}

// page writes the comparison as a page beside the folders of the runs.
func (c *compared) page(dir string) error {
	p := report.Page{Title: c.title(), Lead: c.lead(), Foot: fmt.Sprintf("Made by ocellus-host %s on %s.", c.Ways[0].Result.Build.Version, c.Ways[0].Result.Date)}
	table := report.Table{Rows: c.rows()}
	for _, name := range comparedColumns {
		table.Columns = append(table.Columns, report.Column{Name: name})
	}
	p.Blocks = append(p.Blocks, table)
	var curves []report.Curve
	for _, w := range c.Ways {
		curve := report.Curve{Name: w.Way}
		for _, e := range w.Result.history {
			if e.Validation.Seen > 0 {
				curve.Points = append(curve.Points, [2]float64{float64(e.Epoch), 100 * (1 - e.Validation.Accuracy())})
			}
		}
		if len(curve.Points) > 1 {
			curves = append(curves, curve)
		}
	}
	if len(curves) > 0 {
		p.Blocks = append(p.Blocks, report.Lines{Title: "Mistakes on validation in per cent", XLabel: "epoch", XWhole: true, YLabel: "%", Series: curves})
	}
	for _, w := range c.Ways {
		p.Blocks = append(p.Blocks, report.Text(fmt.Sprintf("%s: %s. Its own page: %s/index.html", w.Way, w.Result.Transfer, w.Way)))
	}
	p.Blocks = append(p.Blocks, report.Heading("How this was made"), report.Code(c.Ways[0].Result.Command))
	return cli.Exit(cli.Missing, p.Save(filepath.Join(dir, "index.html")))
}

func (c *compared) markdown() string {
	r := c.Ways[0].Result
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\nWritten on %s at revision %s, on %s (%s), %d threads, by\n\n    %s\n\n", c.title(), c.lead(), r.Date, revision(r.Build), r.CPU, r.Kernels, r.Threads, r.Command)
	markdownTable(&b, comparedColumns, 2, c.rows())
	return strings.TrimSuffix(b.String(), "\n")
}
