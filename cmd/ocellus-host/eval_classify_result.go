package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/eval/page"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/report"
)

// evalClassifyResult is what is printed and recorded.
type evalClassifyResult struct {
	Model    string                     `json:"model"`
	SHA256   string                     `json:"sha256"`           // of the model's file
	Stated   map[string]float64         `json:"stated,omitempty"` // figures that the file has of itself
	Data     string                     `json:"data"`
	Kind     string                     `json:"kind"`
	Part     string                     `json:"part"`
	DataHash string                     `json:"data_hash"`
	Left     []string                   `json:"left_out"` // files and pictures, and why
	Notes    []string                   `json:"notes,omitempty"`
	MS       float64                    `json:"ms_picture"` // by the clock, over all threads, decoding included
	Threads  int                        `json:"threads"`
	CPU      string                     `json:"cpu"`
	Kernels  string                     `json:"kernels"`
	Build    cli.Build                  `json:"build"`
	Date     string                     `json:"date"`
	Command  string                     `json:"command"`
	Figures  eval.ClassificationFigures `json:"figures"`
	Mistakes []namedMistake             `json:"mistakes"` // the surest first
	damaged  bool                       // whether some of what was left out belongs to the set
	judge    *judge
	worst    []eval.Confused
}

// namedMistake is a picture that was taken for another class than its own.
type namedMistake struct {
	Picture     string  `json:"picture"`
	Class       string  `json:"class"`
	Taken       string  `json:"taken_for"`
	Probability float32 `json:"probability"`
}

func (c *evalClassifyCommand) result(env *cli.Env, j *judge, notes []string, took time.Duration) (*evalClassifyResult, error) {
	features, err := kernels.Available()
	if err != nil {
		return nil, err
	}
	sum, err := j.session.SHA256()
	if err != nil {
		return nil, err
	}
	r := &evalClassifyResult{Model: j.session.Name(), SHA256: sum, Stated: j.session.Meta().Metrics, Data: filepath.Base(c.Data), Kind: j.set.Kind,
		Part: c.Part, DataHash: j.set.Hash(), Left: []string{}, Notes: notes, MS: float64(took.Microseconds()) / 1000 / float64(max(1, j.set.Len())),
		Threads: j.threads, CPU: cli.CPU(), Kernels: features.String(), Build: cli.ReadBuild(), Date: time.Now().Format(time.DateOnly),
		Command: commandLine(env.Args), Figures: j.figures.Figures(), Mistakes: []namedMistake{}, judge: j, worst: j.figures.Worst(c.Worst)}
	if r.Figures.Pictures == 0 {
		return nil, &data.ErrFile{File: c.Data, Why: fmt.Sprintf("none of its %d pictures could be judged", j.set.Len()), Err: errors.Join(j.left...)}
	}
	for _, err := range append(append([]error{}, j.set.Skipped...), j.left...) {
		var e *data.ErrFile
		r.damaged = r.damaged || !errors.As(err, &e) || !e.Foreign
		r.Left = append(r.Left, err.Error())
	}
	for _, m := range r.worst {
		r.Mistakes = append(r.Mistakes, namedMistake{j.set.Name(m.Picture), j.classes[m.Class], j.classes[m.Taken], m.Probability})
	}
	return r, nil
}

// facts are what the figures were made with and of, and the figures in short.
func (r *evalClassifyResult) facts() [][]string {
	f := &r.Figures
	rows := [][]string{
		{"Model", r.Model},
		{"Data", fmt.Sprintf("%s (%s), part %s", r.Data, r.Kind, r.Part)},
		{"Accuracy", fmt.Sprintf("%.2f %% of %d pictures right", 100*float64(f.Accuracy), f.Pictures)},
		{"95 % interval", fmt.Sprintf("%.2f to %.2f %%", 100*float64(f.Bounds.Lo), 100*float64(f.Bounds.Hi))},
		{"Mean F1 of the classes", f.MacroF1.String() + " %"},
	}
	if len(f.Classes) > 5 {
		rows = append(rows, []string{"Among the first five", fmt.Sprintf("%.2f %%", 100*float64(f.Top5))})
	}
	rows = append(rows, []string{"Confidence", fmt.Sprintf("%.2f %% in the mean, calibration error %.2f %%", 100*float64(f.Calibration.Confidence), 100*float64(f.Calibration.ECE))})
	if a, ok := r.Stated["test_accuracy"]; ok {
		rows = append(rows, []string{"Stated by the model", fmt.Sprintf("%.2f %% of its own test pictures", 100*a)})
	}
	if len(r.Left) > 0 {
		rows = append(rows, []string{"Left out", fmt.Sprintf("%d, see the notes of the command", len(r.Left))})
	}
	rows = append(rows, []string{"Time a picture", fmt.Sprintf("%.2f ms on %d threads, decoding included", r.MS, r.Threads)})
	for _, n := range r.Notes {
		rows = append(rows, []string{"Note", n})
	}
	return rows
}

// tell writes and prints the result.
func (c *evalClassifyCommand) tell(env *cli.Env, r *evalClassifyResult) error {
	if c.Page != "" {
		if err := r.savePage(env, c.Page); err != nil {
			return err
		}
	}
	if c.Record != "" {
		if err := record(c.Record, r, r.markdown()); err != nil {
			return err
		}
	}
	if c.JSON {
		return env.JSON(r)
	}
	return r.print(env)
}

// Most that a terminal has room for.
const (
	shownClasses  = 30
	shownMatrix   = 12
	shownMistakes = 10
)

func (r *evalClassifyResult) print(env *cli.Env) error {
	if err := env.Table(r.facts()); err != nil {
		return err
	}
	head, rows := classRows(&r.Figures, shownClasses)
	if err := env.Printf("\n"); err != nil {
		return err
	}
	if err := env.Table(append([][]string{head}, rows...)); err != nil {
		return err
	}
	if hidden := len(r.Figures.Classes) - len(rows); hidden > 0 {
		if err := env.Printf("and %d more classes (--json has all)\n", hidden); err != nil {
			return err
		}
	}
	head, rows = confusionRows(&r.Figures, shownMatrix)
	if len(rows) == 0 {
		return nil // no mistake at all
	}
	if err := env.Printf("\n"); err != nil {
		return err
	}
	if err := env.Table(append([][]string{head}, rows...)); err != nil {
		return err
	}
	for i, m := range r.Mistakes[:min(shownMistakes, len(r.Mistakes))] {
		if i == 0 {
			if err := env.Printf("\nthe surest mistakes\n"); err != nil {
				return err
			}
		}
		if err := env.Printf("  %s: %s, taken for %s (%.1f %%)\n", m.Picture, m.Class, m.Taken, 100*m.Probability); err != nil {
			return err
		}
	}
	return nil
}

func (r *evalClassifyResult) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s on %s\n\n", r.Model, r.Data)
	fmt.Fprintf(&b, "Written on %s at revision %s, on %s (%s), by\n\n    %s\n\n", r.Date, revision(r.Build), r.CPU, r.Kernels, r.Command)
	markdownTable(&b, []string{"", ""}, 2, append(r.facts(), []string{"SHA-256 of the model", r.SHA256}, []string{"Hash of the data", r.DataHash}))
	head, rows := classRows(&r.Figures, len(r.Figures.Classes))
	markdownTable(&b, head, 1, rows)
	head, rows = confusionRows(&r.Figures, shownClasses)
	if len(rows) > 0 {
		b.WriteString("Rows are what pictures show, columns what they were taken for.\n\n")
		markdownTable(&b, head, 1, rows)
	}
	for _, left := range r.Left {
		fmt.Fprintf(&b, "- left out: %s\n", left)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// classRows is a table of the classes that occur or were taken for something,
// no more than most.
func classRows(f *eval.ClassificationFigures, most int) (head []string, rows [][]string) {
	for _, c := range f.Classes {
		if (c.Pictures > 0 || c.Precision.Known()) && len(rows) < most {
			rows = append(rows, []string{c.Name, fmt.Sprint(c.Pictures), c.Precision.String(), c.Recall.String(), c.F1.String()})
		}
	}
	return []string{"class", "pictures", "precision %", "recall %", "F1 %"}, rows
}

// confusionRows is the matrix of the classes where there are no more than most,
// else the pairs that are confused most often.
func confusionRows(f *eval.ClassificationFigures, most int) (head []string, rows [][]string) {
	if len(f.Classes) > most {
		for _, c := range f.MostConfused(shownMistakes) {
			rows = append(rows, []string{f.Classes[c.Class].Name, f.Classes[c.Taken].Name, fmt.Sprint(c.Pictures)})
		}
		return []string{"class", "taken for", "pictures"}, rows
	}
	head = []string{"confusion"}
	for i, c := range f.Classes {
		head = append(head, c.Name)
		row := []string{c.Name}
		for _, n := range f.Confusion[i] {
			row = append(row, fmt.Sprint(n))
		}
		rows = append(rows, row)
	}
	return head, rows
}

func (r *evalClassifyResult) savePage(env *cli.Env, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	p := report.Page{
		Title:  fmt.Sprintf("%s on %s", r.Model, r.Data),
		Lead:   fmt.Sprintf("How often a classifier is right about %d pictures.", r.Figures.Pictures),
		Blocks: page.Classification(&r.Figures),
		Foot:   fmt.Sprintf("Made by ocellus-host %s on %s.", r.Build.Version, r.Date),
	}
	worst, err := mistakes(env.Context, r.judge.set, r.judge.classes, r.worst)
	if err != nil {
		return err
	}
	p.Blocks = append(p.Blocks, worst...)
	if len(r.Left) > 0 {
		p.Blocks = append(p.Blocks, report.Heading("Left out"), report.Code(strings.Join(r.Left, "\n")))
	}
	facts := report.Table{Columns: []report.Column{{Name: ""}, {Name: ""}}, Rows: append(r.facts(), []string{"CPU", fmt.Sprintf("%s (%s)", r.CPU, r.Kernels)})}
	p.Blocks = append(p.Blocks, report.Heading("How this was measured"), facts, report.Code(r.Command))
	return cli.Exit(cli.Missing, p.Save(filepath.Join(dir, "index.html")))
}
