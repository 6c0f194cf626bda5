package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/eval"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

// judge holds a classifier against the pictures of a set, just as ocellus
// classify looks at each.
type judge struct {
	session *ocellus.Session
	classes []string // the model's
	set     *data.Labelled
	match   []int // the model's class for each of the set's; -1: left out
	threads int
	strict  bool // whether a picture that cannot be read ends it
	figures *eval.Classification
	left    []error // what could not be read
}

// newJudge matches the classes of a set with those of a model. The error may be
// an *eval.ErrClasses; with known the pictures of such classes are left out.
func newJudge(ctx context.Context, s *ocellus.Session, set *data.Labelled, known bool) (j *judge, note string, err error) {
	j = &judge{session: s, set: set, threads: 1}
	if err := s.Classifies(); err != nil {
		return nil, "", err
	}
	// Only an output tells how many classes a model without labels has.
	p := s.Meta().Preprocess
	found, _, err := s.Classify(ctx, vision.NewImage(p.Width, p.Height))
	if err != nil {
		return nil, "", err
	}
	j.classes = make([]string, len(found))
	for _, c := range found {
		j.classes[c.Class] = c.Label
	}
	j.match, note, err = eval.MatchLabels(set.Classes, set.Counts(), j.classes)
	if err != nil && !known {
		return nil, "", err
	}
	if err != nil {
		note = err.Error() + ". Their pictures were left out"
	}
	j.figures = eval.NewClassification(j.classes)
	return j, note, nil
}

// judgeChunk is how many pictures are classified before any is counted: what
// the network says of all of a large set would fill the memory.
const judgeChunk = 512

// opinion is what a network says of a picture.
type opinion struct {
	probabilities []float32 // of each class; nil: the picture was left out
	err           error     // that of a picture that cannot be read
}

// all judges every picture, in the order of the set, so that sums round alike
// on any number of threads.
func (j *judge) all(env *cli.Env, what string) error {
	bar := env.Progress(what, j.set.Len())
	defer bar.Close()
	opinions := make([]opinion, judgeChunk)
	for at := 0; at < j.set.Len(); at += judgeChunk {
		some := opinions[:min(judgeChunk, j.set.Len()-at)]
		if err := j.look(env.Context, at, some, bar); err != nil {
			return err
		}
		for k, o := range some {
			switch {
			case o.err != nil && j.strict:
				return o.err
			case o.err != nil:
				j.left = append(j.left, o.err)
			case o.probabilities != nil:
				if err := j.figures.Add(at+k, j.match[j.set.Label(at+k)], o.probabilities); err != nil {
					return &data.ErrFile{File: j.set.Name(at + k), Why: err.Error(), Err: err}
				}
			}
		}
	}
	return nil
}

// look asks the network about the pictures from at on, as many side by side as
// there are threads.
func (j *judge) look(ctx context.Context, at int, opinions []opinion, bar *cli.Progress) error {
	var next atomic.Int64
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed error
	group.Add(j.threads)
	for range j.threads {
		go func() {
			defer group.Done()
			for {
				k := int(next.Add(1)) - 1
				if k >= len(opinions) {
					return
				}
				o, err := j.one(ctx, at+k)
				mu.Lock()
				if opinions[k] = o; err != nil && failed == nil {
					failed = err
				}
				stop := failed != nil
				bar.Step()
				mu.Unlock()
				if stop {
					return
				}
			}
		}()
	}
	group.Wait()
	return failed
}

func (j *judge) one(ctx context.Context, i int) (opinion, error) {
	if err := ctx.Err(); err != nil {
		return opinion{}, err
	}
	if j.match[j.set.Label(i)] < 0 {
		return opinion{}, nil
	}
	img, err := j.set.Image(i)
	if err != nil {
		return opinion{err: err}, nil
	}
	found, _, err := j.session.Classify(ctx, img)
	if err != nil {
		return opinion{}, fmt.Errorf("%s: %w", j.set.Name(i), err)
	}
	o := opinion{probabilities: make([]float32, len(found))}
	for _, c := range found {
		o.probabilities[c.Class] = c.Probability
	}
	return o, nil
}
