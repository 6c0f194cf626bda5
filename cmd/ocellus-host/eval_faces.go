package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
)

type evalFacesCommand struct {
	cli.FaceFlags
	Pairs   string         `required:"" help:"List of pairs, in LFW's format (pairs.txt)." placeholder:"FILE"`
	Images  []string       `required:"" help:"Folders or tar files of Name/Name_0001.jpg; tar files are not unpacked." placeholder:"DIR|TAR,…"`
	Folds   []int          `help:"Only these folds, from 1." placeholder:"N,…"`
	Tile    ocellus.Tiling `help:"Whether large pictures are searched in tiles: auto or off." default:"off" placeholder:"auto|off"`
	Threads int            `help:"Cores to use; default: all." placeholder:"N"`
	Worst   int            `help:"How many of the worst pairs the page shows." default:"24" placeholder:"N"`
	Out     string         `help:"Folder for the page (index.html)." placeholder:"DIR"`
	Record  string         `help:"Write the result to PREFIX.md and PREFIX.json." placeholder:"PREFIX"`
	JSON    bool           `help:"Print JSON."`
}

func (c *evalFacesCommand) Help() string {
	return `Examples:

    ocellus-host eval faces --pairs lfw/pairs.txt --images lfw/images --out page
    ocellus-host eval faces --pairs pairs.txt --images fold01.tar,fold02.tar --folds 1,2
    ocellus-host eval faces --landmarks none --pairs pairs.txt --images lfw      the detector's own landmarks
    ocellus-host eval faces --mirror --pairs pairs.txt --images lfw --json | jq .figures.lfw.accuracy

The protocol is that of Labeled Faces in the Wild, View 2, unrestricted: in each picture the face
nearest its centre counts; a pair with a face that was missed is wrong; the threshold of each fold
is picked on the other folds. Each picture is embedded once.

far is measured more finely: on every two pictures of different people, not only on the pairs of
the list. They are not independent, so take its smallest rates for rough.`
}

// evalFacesResult is what is printed and recorded.
type evalFacesResult struct {
	Detector  string                   `json:"detector"`
	Landmarks string                   `json:"landmarks"` // "none": the detector's own
	Model     string                   `json:"model"`
	SHA256    map[string]string        `json:"sha256"` // of the models' files
	States    string                   `json:"states,omitempty"`
	Mirror    bool                     `json:"mirror"`
	Margin    float64                  `json:"margin"`
	Pairs     string                   `json:"pairs"`
	Folds     []int                    `json:"folds"`
	Pictures  int                      `json:"pictures"`
	Missed    []string                 `json:"missed"`     // pictures in which no face was found
	FAR       []farAt                  `json:"far"`        // by distance
	Impostors int                      `json:"impostors"`  // pairs that FAR was measured on
	MS        float64                  `json:"ms_picture"` // by the clock, over all threads
	Threads   int                      `json:"threads"`
	CPU       string                   `json:"cpu"`
	Kernels   string                   `json:"kernels"`
	Build     cli.Build                `json:"build"`
	Date      string                   `json:"date"`
	Command   string                   `json:"command"`
	Figures   eval.VerificationFigures `json:"figures"` // similarities are 0..1, see face.Comparer
}

// farAt is a row of the table that a model's metadata may carry.
type farAt struct {
	Threshold float64 `json:"threshold"` // of the distance
	Rate      float64 `json:"rate"`
	Accepted  int     `json:"accepted"`
}

// facesRun is an evaluation under way.
type facesRun struct {
	faces   *ocellus.Faces
	images  *data.Faces
	pairs   []data.Pair
	refs    []data.FaceRef // each picture once, in the order of the pairs
	at      map[data.FaceRef]int
	embeds  [][]float32 // of refs; nil: no face was found
	figures eval.Verification
	scores  []float64 // of pairs; what was missed: -1
	spent   time.Duration
}

// Run evaluates.
func (c *evalFacesCommand) Run(env *cli.Env) error {
	run, err := c.prepare()
	if err != nil {
		return err
	}
	defer run.images.Close()
	files, err := c.Files()
	if err != nil {
		return err
	}
	if c.Threads < 1 {
		c.Threads = runtime.GOMAXPROCS(0)
	}
	opts := []ocellus.Option{ocellus.WithTiling(c.Tile), ocellus.WithThreads(c.Threads)}
	if c.Score != nil {
		opts = append(opts, ocellus.WithScore(*c.Score))
	}
	models := ocellus.FaceModels{Detector: files.Detector, Landmarks: files.Landmarks, Embedder: files.Embedder, Margin: c.Margin, Mirror: c.Mirror}
	if run.faces, err = ocellus.OpenFaces(models, opts...); err != nil {
		return err
	}
	defer run.faces.Close()
	if err := run.embed(env, c.Threads); err != nil {
		return err
	}
	if err := run.judge(); err != nil {
		return err
	}
	r, err := c.result(env, run, files)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := c.savePage(run, r); err != nil {
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

func (c *evalFacesCommand) prepare() (*facesRun, error) {
	list, err := data.ReadPairs(c.Pairs)
	if err != nil {
		return nil, err
	}
	for _, f := range c.Folds {
		if f < 1 || f > list.Folds {
			return nil, cli.Usagef("--folds: %s has the folds 1 to %d, not %d", c.Pairs, list.Folds, f)
		}
	}
	run := &facesRun{at: map[data.FaceRef]int{}}
	for _, p := range list.Pairs {
		if len(c.Folds) > 0 && !slices.Contains(c.Folds, p.Fold+1) {
			continue
		}
		run.pairs = append(run.pairs, p)
		for _, r := range []data.FaceRef{p.A, p.B} {
			if _, ok := run.at[r]; !ok {
				run.at[r] = len(run.refs)
				run.refs = append(run.refs, r)
			}
		}
	}
	run.embeds = make([][]float32, len(run.refs))
	run.images, err = data.OpenFaces(c.Images...)
	return run, err
}

// embed embeds every picture, as many side by side as there are threads.
func (r *facesRun) embed(env *cli.Env, threads int) error {
	start := time.Now()
	bar := env.Progress("faces", len(r.refs))
	defer bar.Close()
	var next atomic.Int64
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed error
	done := 0
	for range threads {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(r.refs) {
					return
				}
				err := r.one(env, i)
				mu.Lock()
				if err != nil && failed == nil {
					failed = fmt.Errorf("%s: %w", r.refs[i].File(), err)
				}
				stop := failed != nil
				done++
				bar.Set(done)
				mu.Unlock()
				if stop {
					return
				}
			}
		}()
	}
	group.Wait()
	r.spent = time.Since(start)
	return failed
}

func (r *facesRun) one(env *cli.Env, i int) error {
	if err := env.Context.Err(); err != nil {
		return err
	}
	img, err := r.images.Load(r.refs[i])
	if err != nil {
		return err
	}
	f, err := r.faces.One(env.Context, img, face.Central)
	if err != nil || f == nil {
		return err
	}
	r.embeds[i] = f.Embedding
	return nil
}

// judge compares the pairs.
func (r *facesRun) judge() error {
	cmp := r.faces.Comparer()
	for _, p := range r.pairs {
		a, b := r.embeds[r.at[p.A]], r.embeds[r.at[p.B]]
		if a == nil || b == nil {
			r.scores = append(r.scores, -1)
			if err := r.figures.Miss(p.Fold, p.Same); err != nil {
				return err
			}
			continue
		}
		s := cmp.Similarity(cmp.Distance(a, b))
		r.scores = append(r.scores, s)
		if err := r.figures.Add(p.Fold, p.Same, s); err != nil {
			return err
		}
	}
	return nil
}

// Distances that the table of false accepts has, in steps.
const (
	farStep  = 0.01
	farSteps = 200
)

// far counts how often pictures of two people lie within each distance.
func (r *facesRun) far(threads int) (rows []farAt, impostors int) {
	cmp := r.faces.Comparer()
	counts := make([][farSteps + 1]int, threads)
	var next atomic.Int64
	var group sync.WaitGroup
	for t := range threads {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(r.refs) {
					return
				}
				for k := range i {
					if r.embeds[i] == nil || r.embeds[k] == nil || r.refs[i].Name == r.refs[k].Name {
						continue
					}
					d := cmp.Distance(r.embeds[i], r.embeds[k])
					counts[t][min(int(d/farStep), farSteps)]++
				}
			}
		}()
	}
	group.Wait()
	var total [farSteps + 1]int
	for _, c := range counts {
		for i, n := range c {
			total[i] += n
			impostors += n
		}
	}
	below := 0
	for i, n := range total[:farSteps] {
		below += n
		rate := float64(below) / float64(max(1, impostors))
		if below > 0 && rate < 0.5 {
			rows = append(rows, farAt{Threshold: float64(i+1) / (1 / farStep), Rate: rate, Accepted: below})
		}
	}
	return rows, impostors
}

func (c *evalFacesCommand) result(env *cli.Env, run *facesRun, files cli.FaceFiles) (*evalFacesResult, error) {
	features, err := kernels.Available()
	if err != nil {
		return nil, err
	}
	r := &evalFacesResult{
		Detector: c.Detector, Landmarks: c.Landmarks, Model: c.Model, SHA256: map[string]string{}, Mirror: c.Mirror, Margin: c.Margin,
		Pairs: filepath.Base(c.Pairs), Pictures: len(run.refs), Missed: []string{}, Threads: c.Threads, CPU: cli.CPU(), Kernels: features.String(),
		Build: cli.ReadBuild(), Date: time.Now().Format(time.DateOnly), Command: commandLine(env.Args), Figures: run.figures.Figures(),
		MS: float64(run.spent.Microseconds()) / 1000 / float64(max(1, len(run.refs))),
	}
	for _, f := range []string{files.Detector, files.Landmarks, files.Embedder} {
		if f == "" {
			continue
		}
		if r.SHA256[strings.TrimSuffix(filepath.Base(f), ".onnx")], err = sha256Of(f); err != nil {
			return nil, err
		}
	}
	if p := run.faces.Embed.Meta().Provenance; p != nil {
		r.States = p.Notes
	}
	for _, p := range run.pairs {
		if !slices.Contains(r.Folds, p.Fold+1) {
			r.Folds = append(r.Folds, p.Fold+1)
		}
	}
	for i, e := range run.embeds {
		if e == nil {
			r.Missed = append(r.Missed, run.refs[i].Base())
		}
	}
	r.FAR, r.Impostors = run.far(c.Threads)
	return r, nil
}

func (c *evalFacesCommand) print(env *cli.Env, r *evalFacesResult) error {
	if err := env.Table(r.facts()); err != nil {
		return err
	}
	if c.Out != "" {
		return env.Printf("written to %s\n", filepath.Join(c.Out, "index.html"))
	}
	return nil
}

func (c *evalFacesCommand) savePage(run *facesRun, r *evalFacesResult) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	p, err := facesPage(run, r, c.Worst)
	if err != nil {
		return err
	}
	return p.Save(filepath.Join(c.Out, "index.html"))
}
