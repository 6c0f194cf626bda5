package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

type detectCommand struct {
	Images []string `arg:"" name:"image" help:"Pictures (JPEG, PNG, WebP, BMP), or folders of them."`
	Model  string   `help:"Name of a model, or an ONNX file." default:"blazeface-back" placeholder:"NAME|FILE"`
	cli.ModelsFlag
	Out     string         `help:"Folder for the pictures with what was found drawn in, and a page of them." placeholder:"DIR"`
	JSON    bool           `help:"Print a line of JSON for each picture; the default where the output is no terminal." xor:"form"`
	Text    bool           `help:"Print lines for people; the default on a terminal." xor:"form"`
	Score   *float32       `help:"Least score, 0 to 1, in place of the model's own." placeholder:"SCORE"`
	Least   float32        `help:"Side in pixels of the smallest object to find; the smaller, the longer it takes. Default: a 32nd of the picture." placeholder:"PIXELS"`
	Tile    ocellus.Tiling `help:"Whether large pictures are searched in tiles: auto or off." default:"auto" placeholder:"auto|off"`
	Threads int            `help:"Cores to use; default: all." placeholder:"N"`
	cli.DescribeFlags
}

func (c *detectCommand) Help() string {
	return `Examples:

    ocellus detect photo.jpg                            what is in one photograph
    ocellus detect --out seen photos                    draw what was found, for a whole folder;
                                                        seen/index.html shows it all
    ocellus detect --model blazeface-front selfie.jpg   another model
    ocellus detect --model ./my-net.onnx --score 0.7 photo.jpg
    ocellus detect --model other.onnx --head yunet --size 320 --colour bgr photo.jpg
    ocellus detect --json photos | jq -c '[.image, (.detections | length)]'

A line of JSON has image, width, height, model, detections and ms. A detection has label, score,
box [x1,y1,x2,y2] and landmarks [[x,y],…], in pixels of the picture as a person sees it (EXIF
orientation applied). ms has the time for load, prepare, infer, decode and total; with more than
one thread the parts may exceed the total. A picture that cannot be read has error in place of
detections; the others go on, and the exit code is 3.`
}

// detectLine is what is printed of a picture.
type detectLine struct {
	Image      string             `json:"image"`
	Width      int                `json:"width"`
	Height     int                `json:"height"`
	Model      string             `json:"model"`
	Detections []vision.Detection `json:"detections"`
	MS         stageTimes         `json:"ms"`
	Regions    int                `json:"regions"` // how often the network ran
	Out        string             `json:"out,omitempty"`
}

// stageTimes are the milliseconds that each stage took.
type stageTimes struct {
	Load    float64 `json:"load"`
	Prepare float64 `json:"prepare"`
	Infer   float64 `json:"infer"`
	Decode  float64 `json:"decode"`
	Draw    float64 `json:"draw,omitempty"`
	Total   float64 `json:"total"`
}

// detectFailure is what is printed of a picture that cannot be read.
type detectFailure struct {
	Image string `json:"image"`
	Error string `json:"error"`
}

// Run detects.
func (c *detectCommand) Run(env *cli.Env) error {
	s, err := c.open()
	if err != nil {
		return err
	}
	defer s.Close()
	files, err := listPictures(c.Images)
	if err != nil {
		return err
	}
	outs, err := c.targets(files)
	if err != nil {
		return err
	}
	var page *detectPage
	if c.Out != "" {
		page = newDetectPage(c.Out)
	}
	asJSON := c.JSON || !c.Text && !env.StdoutTTY
	bar := env.Progress("detect", len(files))
	defer bar.Close()
	failed := 0
	for i, file := range files {
		line, err := c.detect(env, s, file, outs[i], page)
		bar.Clear()
		switch {
		case err == nil:
			err = c.print(env, line, asJSON)
		case env.Context.Err() != nil:
			return env.Context.Err()
		default:
			failed++
			err = printFailure(env, file, err, asJSON)
		}
		if err != nil {
			return err
		}
		bar.Step()
	}
	if page != nil {
		if err := page.save(s, threads(c.Threads)); err != nil {
			return cli.Exit(cli.Missing, err)
		}
		env.Notef("%s; see %s\n", page.summary(), page.file)
	}
	if failed > 0 {
		return cli.Quiet(cli.BadInput)
	}
	return nil
}

func (c *detectCommand) open() (*ocellus.Session, error) {
	if c.Score != nil && !(*c.Score >= 0 && *c.Score <= 1) {
		return nil, cli.Usagef("--score %v is outside 0 to 1", *c.Score)
	}
	if !(c.Least >= 0) {
		return nil, cli.Usagef("--least %v is no number of pixels", c.Least)
	}
	file, err := c.Resolve(c.Model)
	if err != nil {
		return nil, err
	}
	opts := []ocellus.Option{ocellus.WithTiling(c.Tile), ocellus.WithThreads(threads(c.Threads)), ocellus.WithMeta(c.Describe)}
	if c.Score != nil {
		opts = append(opts, ocellus.WithScore(*c.Score))
	}
	if c.Least > 0 {
		opts = append(opts, ocellus.WithLeastObject(c.Least))
	}
	s, err := ocellus.Open(file, opts...)
	if err != nil {
		return nil, err
	}
	if err := s.Detects(); err != nil {
		if s.Meta().Head == nil {
			err = c.Lacking(s.Name(), s.Graph())
		}
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// threads is the number that a flag means.
func threads(flag int) int {
	if flag < 1 {
		return runtime.GOMAXPROCS(0)
	}
	return flag
}

// listPictures expands folders. A name that is not there ends the command
// before any work is done.
func listPictures(args []string) ([]string, error) {
	var files []string
	for _, a := range args {
		fs, err := vision.Files(a)
		if err != nil {
			return nil, err
		}
		files = append(files, fs...)
	}
	return files, nil
}

func (c *detectCommand) detect(env *cli.Env, s *ocellus.Session, file, out string, page *detectPage) (*detectLine, error) {
	start := time.Now()
	img, err := vision.Load(file)
	if err != nil {
		return nil, err
	}
	loaded := time.Now()
	found, spent, err := s.Detect(env.Context, img)
	if err != nil {
		return nil, err
	}
	line := &detectLine{Image: file, Width: img.W, Height: img.H, Model: s.Name(), Detections: found, Regions: spent.Regions, Out: out}
	line.MS = stageTimes{Load: ms(loaded.Sub(start)), Prepare: ms(spent.Prepare), Infer: ms(spent.Infer), Decode: ms(spent.Decode)}
	if out != "" {
		drawn := time.Now()
		if err := img.Draw(found); err != nil {
			return nil, err
		}
		if err := img.Save(out); err != nil {
			return nil, cli.Exit(cli.Missing, err)
		}
		line.MS.Draw = ms(time.Since(drawn))
	}
	line.MS.Total = ms(time.Since(start))
	if page != nil {
		return line, page.add(img, line)
	}
	return line, nil
}

// ms is a duration in milliseconds, to the microsecond.
func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (c *detectCommand) print(env *cli.Env, l *detectLine, asJSON bool) error {
	if asJSON {
		return env.JSON(l)
	}
	if err := env.Printf("%s: %d×%d, %s, %.0f ms\n", l.Image, l.Width, l.Height, counted(l.Detections), l.MS.Total); err != nil {
		return err
	}
	for _, d := range l.Detections {
		if err := env.Printf("  %-8s %.3f  %4.0f×%-4.0f at %.0f,%.0f\n", d.Label, d.Score, d.Box.Width(), d.Box.Height(), d.Box.X1, d.Box.Y1); err != nil {
			return err
		}
	}
	if l.Out != "" {
		return env.Printf("  drawn in %s\n", l.Out)
	}
	return nil
}

// counted says how many there are of each label, in the order of first sight.
func counted(dets []vision.Detection) string {
	if len(dets) == 0 {
		return "nothing found"
	}
	n := map[string]int{}
	var order []string
	for _, d := range dets {
		if n[d.Label]++; n[d.Label] == 1 {
			order = append(order, d.Label)
		}
	}
	s := ""
	for i, l := range order {
		if i > 0 {
			s += ", "
		}
		s += l
		if n[l] > 1 {
			s += fmt.Sprintf(" ×%d", n[l])
		}
	}
	return s
}

// targets returns where each picture is drawn; empty strings without --out.
func (c *detectCommand) targets(files []string) ([]string, error) {
	outs := make([]string, len(files))
	if c.Out == "" {
		return outs, nil
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for i, f := range files {
		outs[i] = filepath.Join(c.Out, targetName(filepath.Base(f), taken))
		if same(f, outs[i]) {
			return nil, cli.Usagef("%s would be drawn over itself; choose another folder for --out", f)
		}
	}
	return outs, nil
}

// targetName keeps the name of a JPEG; all else becomes a PNG. Pictures of one
// name from several folders are numbered.
func targetName(base string, taken map[string]bool) string {
	ext := filepath.Ext(base)
	stem := base[:len(base)-len(ext)]
	switch ext {
	case ".jpg", ".jpeg", ".JPG", ".JPEG":
	default:
		ext = ".png"
	}
	name := stem + ext
	for n := 2; taken[name]; n++ {
		name = fmt.Sprintf("%s-%d%s", stem, n, ext)
	}
	taken[name] = true
	return name
}

func same(a, b string) bool {
	sa, err := os.Stat(a)
	if err != nil {
		return false
	}
	sb, err := os.Stat(b)
	return err == nil && os.SameFile(sa, sb)
}
