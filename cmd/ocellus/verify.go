package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

type verifyCommand struct {
	A string `arg:"" help:"A photograph with a face."`
	B string `arg:"" help:"Another. Of several faces in a photograph the largest counts."`
	faceFlags
	JSON bool `help:"Print JSON; the default where the output is no terminal." xor:"form"`
	Text bool `help:"Print lines for people; the default on a terminal." xor:"form"`
}

func (c *verifyCommand) Help() string {
	return `Examples:

    ocellus face verify passport.jpg visitor.jpg
    ocellus face verify --threshold 0.5 a.jpg b.jpg     be stricter than the model's own 0.6
    ocellus face verify --mirror a.jpg b.jpg            a little surer, and slower
    ocellus face verify a.jpg b.jpg && echo "come in"

The exit code is 0 for the same person, 1 for another, 3 when a photograph has no face in it.
distance is what the model measures, similarity the same as 0 to 1, and two faces are of one person
when their distance is below threshold. far is how often the distance of two different people is,
as far as that has been measured for the model: with 1 % and a hundred strangers, expect one, and
more among people alike in sex, age and origin than in the mixed crowd that it was measured on.
quality has eye_distance in pixels (have 40 or more), sharpness (100 or more), exposure (0.2 to
0.8), clipped, and pose in degrees: yaw to the right of the picture, pitch up, roll clockwise.

A photograph of a photograph passes: this compares faces, and knows nothing of who is alive.`
}

// verifyLine is what is printed.
type verifyLine struct {
	verdict
	FAR   *farRate    `json:"far"` // at the threshold; null: not measured
	Faces []seenFace  `json:"faces"`
	MS    verifyTimes `json:"ms"`
}

type seenFace struct {
	Image string `json:"image"`
	shownFace
}

type verifyTimes struct {
	Open  float64 `json:"open"`  // models read and made ready; photographs are decoded beside
	Faces float64 `json:"faces"` // what was left of decoding; found, aligned, embedded
	Total float64 `json:"total"` // since the command began
}

// Run verifies.
func (c *verifyCommand) Run(env *cli.Env) error {
	start := time.Now()
	s, faces, opened, err := c.look(env)
	if err != nil {
		return err
	}
	defer s.Close()
	j := c.judge(s)
	line := verifyLine{verdict: j.compare(faces[0], faces[1]), FAR: j.far()}
	for i, f := range faces {
		line.Faces = append(line.Faces, seenFace{c.files()[i], show(f)})
	}
	line.MS = verifyTimes{ms(opened.Sub(start)), ms(time.Since(opened)), ms(time.Since(start))}
	if err := c.print(env, &line); err != nil {
		return err
	}
	if !line.Same {
		return cli.Quiet(cli.Negative)
	}
	return nil
}

func (c *verifyCommand) files() [2]string { return [2]string{c.A, c.B} }

// look opens the models while both photographs are decoded, and then finds
// the face of each on a goroutine of its own. opened is when the models were
// ready.
func (c *verifyCommand) look(env *cli.Env) (s *ocellus.Faces, faces [2]*face.Face, opened time.Time, err error) {
	ready := make(chan struct{})
	var errs [2]error
	var group sync.WaitGroup
	for i, file := range c.files() {
		group.Add(1)
		go func() {
			defer group.Done()
			img, err := vision.Load(file)
			<-ready
			if err == nil && s != nil {
				if faces[i], err = s.One(env.Context, img, face.Largest); err == nil && faces[i] == nil {
					err = fmt.Errorf("%s: no face was found; if there is a small one, give --tile auto", file)
				}
			}
			errs[i] = err
		}()
	}
	s, err = c.open()
	opened = time.Now()
	close(ready)
	group.Wait()
	if err = errors.Join(err, errs[0], errs[1]); err != nil && s != nil {
		err = errors.Join(err, s.Close())
	}
	return s, faces, opened, err
}

func (c *verifyCommand) print(env *cli.Env, l *verifyLine) error {
	if c.JSON || !c.Text && !env.StdoutTTY {
		return env.JSON(l)
	}
	answer := "the same person"
	if !l.Same {
		answer = "not the same person"
	}
	if err := env.Printf("%s: distance %.3f, threshold %.3f (similarity %.2f), %.0f ms\n", answer, l.Distance, l.Threshold, l.Similarity, l.MS.Total); err != nil {
		return err
	}
	known := "How often two people come below that threshold has not been measured for this model, used in this way."
	if l.FAR != nil {
		known = fmt.Sprintf("Two people come below that threshold in %s of pairs (%s).", percent(l.FAR.Rate), l.FAR.Of)
	}
	if err := env.Printf("%s\n", known); err != nil {
		return err
	}
	for _, f := range l.Faces {
		if err := env.Printf("  %s: %s\n", f.Image, inWords(&f.shownFace)); err != nil {
			return err
		}
	}
	return nil
}

// percent writes a share with two digits that count.
func percent(share float64) string {
	if share == 0 {
		return "none"
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}

// inWords says where a face is and what is wrong with the picture of it.
func inWords(f *shownFace) string {
	q := &f.Quality
	s := fmt.Sprintf("face %.0f×%.0f at %.0f,%.0f, eyes %.0f pixels apart, sharpness %.0f, exposure %.2f",
		f.Box.Width(), f.Box.Height(), f.Box.X1, f.Box.Y1, q.EyeDistance, q.Sharpness, q.Exposure)
	if p := q.Pose; p != nil {
		s += fmt.Sprintf(", yaw %s°, pitch %s°, roll %s°", degrees(p.Yaw), degrees(p.Pitch), degrees(p.Roll))
	}
	if d := doubts(q, "; "); d != "" {
		s += "; " + d
	}
	return s
}

// doubts lists what makes a comparison of the face less sure.
func doubts(q *face.Quality, between string) string {
	var list []string
	for _, d := range q.Doubts() {
		list = append(list, string(d))
	}
	return strings.Join(list, between)
}

// degrees writes whole degrees, and 0 without a sign.
func degrees(v float64) string { return fmt.Sprint(int(math.Round(v))) }
