package main

import (
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

type evalCommand struct {
	Classify evalClassifyCommand `cmd:"" help:"Judge a classifier: accuracy, confusion, calibration."`
	Detect   evalDetectCommand   `cmd:"" help:"Judge a detector: average precision by COCO's rules."`
	Faces    evalFacesCommand    `cmd:"" help:"Judge how well people are told apart by their faces, by LFW's protocol."`
}

type evalDetectCommand struct {
	Model string `required:"" help:"Name of a model, or an ONNX file." placeholder:"NAME|FILE"`
	cli.ModelsFlag
	Data    string         `required:"" help:"Data set: a folder of YOLO or Pascal VOC, or a JSON file of COCO." placeholder:"DIR|FILE"`
	Images  string         `help:"Folder of the pictures of a JSON file; default: found beside it." placeholder:"DIR"`
	Only    string         `help:"Only pictures whose file name has this form, as 'val2017_*'." placeholder:"PATTERN"`
	Classes []string       `help:"Only these classes of the data." placeholder:"NAME,…"`
	Merge   bool           `name:"merge-classes" help:"Take all classes of the data, and of the model, for one."`
	Score   float32        `help:"Least score of a detection. Average precision wants the unlikely ones, too." default:"0.001" placeholder:"SCORE"`
	Tile    ocellus.Tiling `help:"Whether large pictures are searched in tiles as detect does: auto or off. With auto, the 200 best candidates of a picture are looked at again, three times each." default:"off" placeholder:"auto|off"`
	Threads int            `help:"Cores to use; default: all." placeholder:"N"`
	Worst   int            `help:"How many of the worst pictures the page shows." default:"24" placeholder:"N"`
	Out     string         `help:"Folder for the page (index.html)." placeholder:"DIR"`
	Record  string         `help:"Write the result to PREFIX.md and PREFIX.json." placeholder:"PREFIX"`
	JSON    bool           `help:"Print JSON."`
	cli.DescribeFlags
}

func (c *evalDetectCommand) Help() string {
	return `Examples:

    ocellus-host eval detect --model blazeface-back --data faces --merge-classes
    ocellus-host eval detect --model FastestDet.onnx --data coco/annotations/instances_val2017.json --out page
    ocellus-host eval detect --model my-net.onnx --data cats --classes cat --json | jq .figures.ap50

Data sets: a folder with images/, labels/*.txt and classes.txt (YOLO; an empty label file says that
nothing is there), one with Annotations/*.xml and JPEGImages/ (Pascal VOC; difficult objects are
ignored), or a JSON file of COCO. Classes of the model and of the data are matched by name; a class
of the model that the data lack is left out. With --merge-classes every class of the data counts
as one; if the model knows any of them, only its detections of those count, else all.

Figures are those of pycocotools: average precision read at 101 recalls, overlaps of 0.50 to 0.95,
up to 100 detections of a class in a picture.`
}

// evalDetectResult is what is printed and recorded.
type evalDetectResult struct {
	Model   string                `json:"model"`
	SHA256  string                `json:"sha256"`           // of the model's file
	States  string                `json:"states,omitempty"` // what its source says of it
	Data    string                `json:"data"`
	Kind    string                `json:"kind"`
	Only    string                `json:"only,omitempty"`
	Merged  bool                  `json:"merged"`
	Score   float32               `json:"score"`
	Tile    ocellus.Tiling        `json:"tile"`
	Left    []string              `json:"left_out,omitempty"` // classes of the model that the data lack
	Notes   []string              `json:"notes,omitempty"`
	MS      evalTimes             `json:"ms"`
	Threads int                   `json:"threads"`
	CPU     string                `json:"cpu"`
	Kernels string                `json:"kernels"`
	Build   cli.Build             `json:"build"`
	Date    string                `json:"date"`
	Command string                `json:"command"`
	Figures eval.DetectionFigures `json:"figures"`
}

// evalTimes are means a picture, in milliseconds. With several threads and
// tiles the stages may exceed the whole.
type evalTimes struct {
	Prepare float64 `json:"prepare"`
	Infer   float64 `json:"infer"`
	Decode  float64 `json:"decode"`
	Detect  float64 `json:"detect"` // the whole
}

// Run evaluates.
func (c *evalDetectCommand) Run(env *cli.Env) error {
	set, err := c.openData()
	if err != nil {
		return err
	}
	file, s, err := c.openModel()
	if err != nil {
		return err
	}
	defer s.Close()
	m, err := c.matchClasses(set.Classes, s.Meta().Labels)
	if err != nil {
		return err
	}
	run := &evalRun{session: s, set: set, classes: m, figures: eval.NewDetections(m.names)}
	if err := run.all(env); err != nil {
		return err
	}
	r, err := c.result(env, run, file)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := c.savePage(env, run, r); err != nil {
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
	return c.print(env, r)
}

func (c *evalDetectCommand) openData() (*data.Set, error) {
	if !(c.Score >= 0 && c.Score <= 1) {
		return nil, cli.Usagef("--score %v is outside 0 to 1", c.Score)
	}
	set, err := data.Open(c.Data, c.Images)
	if err != nil || c.Only == "" {
		return set, err
	}
	if set, err = set.Select(c.Only); errors.Is(err, path.ErrBadPattern) {
		return nil, cli.Usagef("--only %s is no pattern: %w", c.Only, err)
	}
	if set.Len() == 0 {
		return nil, cli.Usagef("--only %s leaves no picture of %s", c.Only, c.Data)
	}
	return set, nil
}

func (c *evalDetectCommand) openModel() (string, *ocellus.Session, error) {
	file, err := c.Resolve(c.Model)
	if err != nil {
		return "", nil, err
	}
	opts := []ocellus.Option{ocellus.WithTiling(c.Tile), ocellus.WithScore(c.Score), ocellus.WithMeta(c.Describe)}
	if c.Threads < 1 {
		c.Threads = runtime.GOMAXPROCS(0)
	}
	opts = append(opts, ocellus.WithThreads(c.Threads))
	s, err := ocellus.Open(file, opts...)
	if err != nil {
		return "", nil, err
	}
	if err := s.Detects(); err != nil {
		if s.Meta().Head == nil {
			err = c.Lacking(s.Name(), s.Graph())
		}
		return "", nil, errors.Join(err, s.Close())
	}
	return file, s, nil
}

// classMap says which class of the evaluation a class of the data, and of the
// model, is; -1 where none.
type classMap struct {
	names []string
	truth []int
	model []int    // beyond its end: other
	other int      // what a class of the model is that has no name
	left  []string // classes of the model that are none of the data's
	notes []string
}

func (m *classMap) ofModel(class int) int {
	if class < 0 || class >= len(m.model) {
		return m.other
	}
	return m.model[class]
}

func (c *evalDetectCommand) matchClasses(names, labels []string) (*classMap, error) {
	m := &classMap{other: -1}
	for _, want := range c.Classes {
		if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, want) }) {
			return nil, cli.Usagef("--classes: the data have no class %q; there are %s", want, strings.Join(names, ", "))
		}
	}
	for _, n := range names {
		if len(c.Classes) > 0 && !slices.ContainsFunc(c.Classes, func(want string) bool { return strings.EqualFold(n, want) }) {
			m.truth = append(m.truth, -1)
			continue
		}
		m.truth = append(m.truth, len(m.names))
		m.names = append(m.names, n)
	}
	known := false
	for _, l := range labels {
		at := slices.IndexFunc(m.names, func(n string) bool { return strings.EqualFold(n, l) })
		if m.model = append(m.model, at); at < 0 {
			m.left = append(m.left, l)
			continue
		}
		known = true
	}
	switch {
	case c.Merge:
		m.merge(known, labels)
	case known:
	case len(labels) == 0:
		return nil, cli.Usagef("the model does not name its classes: give --labels, or take all for one by --merge-classes")
	default:
		return nil, cli.Usagef("none of the model's classes (%s) is among those of the data (%s): take all for one by --merge-classes", strings.Join(labels, ", "), strings.Join(m.names, ", "))
	}
	return m, nil
}

// merge makes all classes one. known says whether the model has any of them.
func (m *classMap) merge(known bool, labels []string) {
	name := strings.Join(m.names, " or ")
	for _, list := range [][]int{m.truth, m.model} {
		for i := range list {
			list[i] = min(list[i], 0)
		}
	}
	m.names = []string{name}
	if known {
		return
	}
	for i := range m.model {
		m.model[i] = 0
	}
	m.left, m.other = nil, 0
	if len(labels) > 0 {
		m.notes = append(m.notes, fmt.Sprintf("what the model calls %s is taken for %s", strings.Join(labels, ", "), name))
	}
}

// evalRun is an evaluation under way.
type evalRun struct {
	session *ocellus.Session
	set     *data.Set
	classes *classMap
	figures *eval.Detections
	spent   ocellus.Timings
}

func (r *evalRun) all(env *cli.Env) error {
	bar := env.Progress("eval", r.set.Len())
	defer bar.Close()
	for i := range r.set.Len() {
		_, truth, found, err := r.look(env, i)
		if err != nil {
			return err
		}
		if err := r.figures.Add(truth, found); err != nil {
			return fmt.Errorf("%s: %w", r.set.Path(i), err)
		}
		bar.Step()
	}
	return nil
}

// look returns picture i, and in the classes of the evaluation what is true of
// it and what is found in it.
func (r *evalRun) look(env *cli.Env, i int) (*vision.Image, []data.Object, []vision.Detection, error) {
	p, err := r.set.Picture(i)
	if err != nil {
		return nil, nil, nil, err
	}
	img, err := vision.Load(p.Path)
	if err != nil {
		return nil, nil, nil, err
	}
	if p.W > 0 && p.H > 0 && (p.W != img.W || p.H != img.H) {
		return nil, nil, nil, &data.ErrFile{File: p.Path, Why: fmt.Sprintf("has %d×%d pixels, the data set says %d×%d", img.W, img.H, p.W, p.H)}
	}
	found, spent, err := r.session.Detect(env.Context, img)
	if err != nil {
		return nil, nil, nil, err
	}
	r.spent.Prepare += spent.Prepare
	r.spent.Infer += spent.Infer
	r.spent.Decode += spent.Decode
	r.spent.Total += spent.Total
	truth := slices.DeleteFunc(p.Objects, func(o data.Object) bool { return r.classes.truth[o.Class] < 0 })
	for j := range truth {
		truth[j].Class = r.classes.truth[truth[j].Class]
	}
	found = slices.DeleteFunc(found, func(d vision.Detection) bool { return r.classes.ofModel(d.Class) < 0 })
	for j := range found {
		found[j].Class = r.classes.ofModel(found[j].Class)
	}
	return img, truth, found, nil
}

// each is a mean over the pictures in milliseconds.
func (r *evalRun) each(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000 / float64(r.set.Len())
}
