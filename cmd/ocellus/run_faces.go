package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/face"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/identify"
)

// faces reads the flags about faces.
func (c *runCommand) faces(f *config.File) error {
	f.Faces.Known, f.Faces.Detector = c.Known, c.FaceDetector
	for to, from := range map[*float64]*float64{&f.Faces.Threshold: c.FaceThreshold, &f.Faces.Margin: c.FaceMargin, &f.Faces.MinPixels: c.FaceMin} {
		if from != nil {
			*to = *from
		}
	}
	if c.Votes != "" {
		n, of, _ := strings.Cut(c.Votes, "/")
		var err, err2 error
		f.Faces.Votes, err = strconv.Atoi(n)
		f.Faces.Of, err2 = strconv.Atoi(of)
		if err != nil || err2 != nil {
			return cli.Usagef("--votes %s: write it as 3/5: looks that must agree, of so many of the last", c.Votes)
		}
	}
	if c.Known == "" && (c.FaceDetector != "" || c.FaceThreshold != nil || c.FaceMargin != nil || c.FaceMin != nil || c.Votes != "") {
		return cli.Usagef("flags about faces were given, and nobody to know: give --known DIR as well")
	}
	return nil
}

// recognition is who is known, and what tells them apart.
type recognition struct {
	file   *config.Faces
	label  string           // of the tracks that are asked about
	finder *ocellus.Session // that finds faces of people; nil: the tracks are faces
	faces  *ocellus.Faces
	known  *face.Known
	stages []*identify.Stage // of each source
}

// openPeople makes the models ready that tell people apart, and reads who is
// known.
func (l *live) openPeople(c *runCommand) error {
	f := &l.file.Faces
	if f.Known == "" {
		return nil
	}
	p := &recognition{file: f, label: "face"}
	l.people = p
	if f.Detector != "" && f.Detector != l.file.Detect.Model {
		p.label = "person"
		file, err := c.Resolve(f.Detector)
		if err != nil {
			return err
		}
		if p.finder, err = ocellus.Open(file, ocellus.WithTiling(ocellus.TileOff), ocellus.WithPool(l.pool)); err != nil {
			return err
		}
		if err := p.finder.Detects(); err != nil {
			return err
		}
	}
	if err := p.fits(l); err != nil {
		return err
	}
	if err := p.open(l, c); err != nil {
		return err
	}
	return p.load(l.env)
}

// fits refuses a detector in whose tracks there are no faces to look at.
func (p *recognition) fits(l *live) error {
	detector := l.session
	if !slices.Contains(detector.Meta().Labels, p.label) {
		if p.finder != nil {
			return cli.Usagef("faces are to be found by %s in people, and the model %s finds none: give --model one with the class person, or leave --face-detector out where it finds faces", p.finder.Name(), detector.Name())
		}
		return cli.Usagef("to know people takes a model that finds faces, and %s finds none: leave --model to blazeface-back, or, where it finds people, give --face-detector blazeface-back as well", detector.Name())
	}
	if only := l.file.Detect.Classes; len(only) > 0 && !slices.Contains(only, p.label) {
		return cli.Usagef("to know people takes the class %q, which is not among those to be reported: %s", p.label, strings.Join(only, ", "))
	}
	return nil
}

// open makes the networks ready.
func (p *recognition) open(l *live, c *runCommand) (err error) {
	var models ocellus.FaceModels
	if models.Embedder, err = c.Resolve(p.file.Embedder); err != nil {
		return err
	}
	if p.file.Landmarks != "none" {
		if models.Landmarks, err = c.Resolve(p.file.Landmarks); err != nil {
			return err
		}
	}
	finder := l.session
	if p.finder != nil {
		finder = p.finder
		sum, err := finder.SHA256()
		if err != nil {
			return err
		}
		l.use(finder.Name(), sum, finder.Graph())
	}
	if p.faces, err = finder.OpenFaces(models); err != nil {
		return err
	}
	list, err := p.faces.Models()
	for _, m := range list {
		l.use(m.Name, m.SHA256, m.Graph)
	}
	return err
}

// load reads who is known.
func (p *recognition) load(env *cli.Env) (err error) {
	var bar *cli.Progress
	defer func() {
		if bar != nil {
			bar.Close()
		}
	}()
	p.known, err = p.faces.LoadKnown(env.Context, p.file.Known, pipeline.Unknown, func(done, all int) {
		if bar == nil {
			bar = env.Progress("people to know", all)
		}
		bar.Set(done)
	})
	return err
}

// identifier returns the stage of one more source, nil without people to know.
func (p *recognition) identifier() (pipeline.Identifier, error) {
	if p == nil {
		return nil, nil
	}
	f, how := p.file, p.faces.Comparer()
	c := identify.DefaultConfig()
	c.Looker, c.Known, c.Label = p.faces.NewLooker(), p.known, p.label
	c.Threshold = float32(f.Threshold)
	if f.Threshold == 0 {
		c.Threshold = float32(how.Similarity(how.Threshold()))
	}
	c.Votes.Need, c.Votes.Of, c.Votes.MinMargin, c.Votes.MinQuality = f.Votes, f.Of, float32(f.Margin), face.Least
	c.MinSide, c.Every, c.Again = float32(f.MinPixels), f.Every, f.Again
	if p.finder != nil {
		stream, err := p.finder.NewStream(ocellus.StreamOptions{})
		if err != nil {
			return nil, err
		}
		c.Find = stream
	}
	s, err := identify.New(c)
	if err != nil {
		return nil, err
	}
	p.stages = append(p.stages, s)
	return s, nil
}

func (p *recognition) close() error {
	if p == nil {
		return nil
	}
	var err error
	if p.faces != nil {
		err = p.faces.Close()
	}
	if p.finder != nil {
		return p.finder.Close()
	}
	return err
}

// facesSummary is what became of the question who they are.
type facesSummary struct {
	Known     int    `json:"known"` // people
	Named     uint64 `json:"named"` // tracks
	Unknown   uint64 `json:"unknown"`
	Undecided uint64 `json:"undecided"`
	Looks     uint64 `json:"looks"`  // faces that were embedded
	Poor      uint64 `json:"poor"`   // that were passed over
	Absent    uint64 `json:"absent"` // people without a face to be found
	Late      uint64 `json:"late"`   // frames without time for a look
	Failed    uint64 `json:"failed"` // looks that came to an error
}

// summary returns what became of it in the source of an index; nil without
// people to know.
func (p *recognition) summary(i int, s *pipeline.Stats) *facesSummary {
	if p == nil {
		return nil
	}
	f := p.stages[i].Stats()
	return &facesSummary{len(p.known.Names()), f.Named, f.Unknown, f.Undecided, f.Looks, f.Poor, f.Absent, f.Late, s.FaceErrors}
}

func (f *facesSummary) String() string {
	text := fmt.Sprintf("  of the tracks %d were named, %d unknown, %d undecided; %d faces were held against %d people, %d were too poor", f.Named, f.Unknown, f.Undecided, f.Looks, f.Known, f.Poor)
	for _, n := range []struct {
		count uint64
		what  string
	}{{f.Absent, "people showed none"}, {f.Late, "frames had no time for one"}, {f.Failed, "failed"}} {
		if n.count > 0 {
			text += fmt.Sprintf(", %d %s", n.count, n.what)
		}
	}
	return text + "\n"
}
