package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/golden"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/train"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// trainResult is what is printed and recorded of a run.
type trainResult struct {
	File       string                      `json:"file"`
	SHA256     string                      `json:"sha256"`
	Params     int                         `json:"params"`
	Trained    int                         `json:"trained"` // of those: others were frozen
	Config     train.Config                `json:"config"`
	Data       string                      `json:"data"` // in words
	Licence    string                      `json:"licence"`
	Transfer   *transferred                `json:"transfer,omitempty"`
	Judged     string                      `json:"judged_by"`
	Figures    *eval.ClassificationFigures `json:"figures,omitempty"` // of what it is judged by
	Validation train.Figures               `json:"validation"`
	Epoch      int                         `json:"epoch"` // whose weights those are
	Early      bool                        `json:"ended_early"`
	Seconds    float64                     `json:"seconds"` // of this process
	Resumed    bool                        `json:"resumed"` // so that others came before it
	Threads    int                         `json:"threads"`
	CPU        string                      `json:"cpu"`
	Kernels    string                      `json:"kernels"`
	Build      cli.Build                   `json:"build"`
	Date       string                      `json:"date"`
	Command    string                      `json:"command"`
	history    []train.Epoch
	worst      []eval.Confused
	set        *data.Labelled // that it is judged by
}

// judge computes the figures of the result on the test pictures, or on those
// for validation where there are none.
func (t *training) judge(env *cli.Env, res *train.Result) (*trainResult, error) {
	features, err := kernels.Available()
	if err != nil {
		return nil, err
	}
	r := &trainResult{File: t.Out, Params: trainable(res.Graph), Trained: trainable(t.graph), Config: t.config, Data: t.about(), Transfer: t.taken, Licence: t.Licence, Resumed: t.Resume, Epoch: res.Epoch, Early: res.Early,
		Threads: t.pool.Threads(), CPU: cli.CPU(), Kernels: features.String(), Build: cli.ReadBuild(),
		Date: time.Now().Format(time.DateOnly), Command: commandLine(env.Args), history: res.History}
	if res.Epoch > 0 && res.Epoch <= len(res.History) {
		r.Validation = res.History[res.Epoch-1].Validation
	}
	r.set, r.Judged = t.sets.test, "test pictures"
	if r.set == nil {
		r.set, r.Judged = t.sets.validate, "validation pictures"
	}
	if r.set.Len() == 0 {
		r.Judged = "nothing"
		return r, nil
	}
	s, err := ocellus.New(res.Graph, ocellus.WithPool(t.pool), ocellus.WithMeta(func(_ *nn.Graph, m *meta.Model) error { *m = t.use(); return nil }))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	j, _, err := newJudge(env.Context, s, r.set, false)
	if err != nil {
		return nil, err
	}
	j.threads, j.strict = t.pool.Threads(), t.Strict
	if err := j.all(env, "test"); err != nil {
		return nil, err
	}
	t.left = append(t.task.Skipped(), j.left...)
	tellSkipped(env, "run", t.left)
	figures := j.figures.Figures()
	r.Figures, r.worst = &figures, j.figures.Worst(worstShown)
	return r, nil
}

// use is what the metadata says of how the network is used.
func (t *training) use() meta.Model {
	return meta.Model{Task: t.def.Task, Labels: t.sets.learn.Classes,
		Preprocess: pixelsOf(t.def, models.Options{Size: t.config.Size, Channels: t.config.Channels})}
}

// about says what the data are.
func (t *training) about() string {
	if t.About != "" {
		return t.About
	}
	return fmt.Sprintf("%s, %d pictures of %d classes", t.sets.learn.Kind, t.sets.learn.Len()+t.sets.validate.Len(), len(t.sets.learn.Classes))
}

// describe writes into the network's metadata how it is used, what it is of and
// how good it is. Nothing there depends on the machine or the day.
func (t *training) describe(g *nn.Graph, r *trainResult) (*nn.Graph, error) {
	m := t.use()
	m.Metrics = map[string]float64{}
	m.Provenance = &meta.Provenance{
		Source: "ocellus-host train " + t.config.Form(), Licence: t.Licence, Data: t.about(), MadeBy: r.Build.Version,
		Notes: fmt.Sprintf("Trained with seed %d for %d epochs.", t.Seed, len(r.history)) + t.taken.note(),
	}
	if r.Validation.Seen > 0 {
		m.Metrics["validation_accuracy"] = r.Validation.Accuracy()
	}
	if t.sets.test != nil && r.Figures != nil {
		m.Metrics["test_accuracy"] = float64(r.Figures.Accuracy)
	}
	known, err := golden.Make(g, &m, plan.Bindings{})
	if err != nil {
		return nil, err
	}
	if m.Golden, err = known.JSON(); err != nil {
		return nil, err
	}
	props, err := m.Props()
	if err != nil {
		return nil, err
	}
	return g.WithMeta(props), nil
}

// trainManifest is what run.json holds.
type trainManifest struct {
	Command string       `json:"command"`
	Build   cli.Build    `json:"build"`
	CPU     string       `json:"cpu"`
	Config  train.Config `json:"config"`
	Data    trainedOn    `json:"data"`
	Result  *trainResult `json:"result,omitempty"`
}

type trainedOn struct {
	Spec    string   `json:"spec"`
	Learn   string   `json:"learn"` // hashes of the parts
	Test    string   `json:"test,omitempty"`
	Classes []string `json:"classes"`
	Counts  []int    `json:"counts"` // of what is learned from, by class
	LeftOut []string `json:"left_out,omitempty"`
}

// manifest writes what the run is made of, and at the end what came of it.
func (t *training) manifest(env *cli.Env, r *trainResult) error {
	learn := t.sets.learn
	m := trainManifest{Command: commandLine(env.Args), Build: cli.ReadBuild(), CPU: cli.CPU(), Config: t.config, Result: r,
		Data: trainedOn{Spec: t.Data, Learn: learn.Hash(), Test: t.testHash(), Classes: learn.Classes, Counts: learn.Counts()}}
	for _, err := range slices.Concat(learn.Skipped, skippedOf(t.sets.test), t.left) {
		m.Data.LeftOut = append(m.Data.LeftOut, err.Error())
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	err = atomicfile.Write(filepath.Join(t.dir, "run.json"), func(w io.Writer) error { _, err := w.Write(append(b, '\n')); return err })
	return cli.Exit(cli.Missing, err)
}

func (t *training) testHash() string {
	if t.sets.test == nil {
		return ""
	}
	return t.sets.test.Hash()
}

// facts are what the figures were made with and of.
func (r *trainResult) facts() [][]string {
	c := r.Config
	since := ""
	if r.Resumed {
		since = ", since it was resumed"
	}
	batch := fmt.Sprint(c.Batch)
	if c.Accumulate > 1 {
		batch += fmt.Sprintf(" × %d", c.Accumulate)
	}
	f := [][]string{
		{"Network", fmt.Sprintf("%s, %s parameters, input %d×%d×%d", c.Form(), cli.Count(int64(r.Params)), c.Channels, c.Size, c.Size)},
		{"Data", r.Data},
		{"Licence", r.Licence + " (of the weights)"},
		{"Begun with", r.Transfer.String()},
		{"Recipe", fmt.Sprintf("%s, rate %g %s after %g epochs of warm-up, batch %s, decay %g, augmentation %s, seed %d", c.Optimizer, c.Rate, c.Schedule, c.WarmUp, batch, c.Decay, c.Augment, c.Seed)},
		{"Epochs", fmt.Sprintf("%d of %d, weights of epoch %d", len(r.history), c.Epochs, r.Epoch)},
		{"Time", fmt.Sprintf("%s on %d threads%s", time.Duration(r.Seconds*float64(time.Second)).Round(time.Second/10), r.Threads, since)},
	}
	if r.Validation.Seen > 0 {
		f = append(f, []string{"Validation", fmt.Sprintf("%.2f %% of %d right", 100*r.Validation.Accuracy(), r.Validation.Seen)})
	}
	if r.Figures != nil {
		f = append(f, []string{"Result", fmt.Sprintf("%.2f %% of %d %s right", 100*float64(r.Figures.Accuracy), r.Figures.Pictures, r.Judged)})
	}
	return f
}

func (r *trainResult) print(env *cli.Env) error {
	rows := append(r.facts(), []string{"Written", r.File})
	if err := env.Table(rows); err != nil {
		return err
	}
	return env.Printf("use it: ocellus classify --model %s PICTURE\n", r.File)
}

func (r *trainResult) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", r.Config.Form(), r.Data)
	fmt.Fprintf(&b, "Written on %s at revision %s, on %s (%s), by\n\n    %s\n\n", r.Date, revision(r.Build), r.CPU, r.Kernels, r.Command)
	markdownTable(&b, []string{"", ""}, 2, append(r.facts(), []string{"SHA-256", r.SHA256}))
	if r.Figures != nil {
		head, rows := classRows(r.Figures, len(r.Figures.Classes))
		markdownTable(&b, head, 1, rows)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
