// Package check looks a data set over before time is spent on training with it:
// pictures that cannot be read, pictures that are there more than once, in one
// part or in two, and how even the classes are.
package check

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/ocellus-vision/ocellus/data"
)

// Part is one part of a set, such as train.
type Part struct {
	Name   string
	Source data.Source
}

// Options say how a set is looked over.
type Options struct {
	Workers int    // 0: one a core
	Near    bool   // whether pictures that merely look alike are looked for
	Step    func() // is called after each sample, by any goroutine; may be nil
}

// Report is what was found.
type Report struct {
	Parts []PartReport `json:"parts"`
	// Exact are pictures of the same pixels, Near such that look the same: cut,
	// scaled, lit or compressed a little differently.
	Exact []Group `json:"exact"`
	Near  []Group `json:"near,omitempty"`
	// NearCutShort says that looking for Near would have taken too long and
	// was left off.
	NearCutShort bool `json:"near_cut_short,omitempty"`
	Leaks        int  `json:"leaks"`     // groups of Exact with pictures in more than one part
	Conflicts    int  `json:"conflicts"` // groups of Exact with more than one class
	// NearLeaks and NearConflicts are those of Near. A person had better look:
	// simple drawings, such as digits, look alike without being the same.
	NearLeaks     int `json:"near_leaks"`
	NearConflicts int `json:"near_conflicts"`
	Broken        int `json:"broken"`  // samples that cannot be read, of all parts
	Skipped       int `json:"skipped"` // files left out when the set was opened
	// Marks are samples with landmarks outside their picture, or with boxes that
	// cover nothing of it.
	Marks int `json:"marks"`
}

// PartReport is what was found in one part.
type PartReport struct {
	Name    string    `json:"name"`
	Samples int       `json:"samples"`
	Hash    string    `json:"hash"`
	Widths  [2]int    `json:"widths"`  // least and most, in pixels
	Heights [2]int    `json:"heights"` // likewise
	Classes []Class   `json:"classes,omitempty"`
	Broken  []Problem `json:"broken,omitempty"`
	Skipped []Problem `json:"skipped,omitempty"`
	Marks   []Problem `json:"marks,omitempty"`
}

// Class is a class and how many samples, or objects in them, it has.
type Class struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Problem names something that is wrong, and why.
type Problem struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Group is pictures that are the same.
type Group struct {
	Members  []Member `json:"members"`
	Leak     bool     `json:"leak,omitempty"`     // they are in more than one part
	Conflict bool     `json:"conflict,omitempty"` // they have more than one class
}

// Member is a sample of a Group.
type Member struct {
	Part  string `json:"part"`
	Index int    `json:"index"`
	Name  string `json:"name"`
	Class string `json:"class,omitempty"`

	part int
}

// OK reports whether nothing is wrong. Uneven classes, duplicates within a part
// and pictures that merely look alike are told, but are not wrong.
func (r *Report) OK() bool {
	return r.Leaks == 0 && r.Conflicts == 0 && r.Broken == 0 && r.Skipped == 0 && r.Marks == 0
}

// Run looks at every sample of the parts. The error is that of ctx.
func Run(ctx context.Context, parts []Part, o Options) (*Report, error) {
	r := &Report{}
	var all []look
	for p, part := range parts {
		looks, err := lookAtAll(ctx, part.Source, o)
		if err != nil {
			return nil, err
		}
		r.Parts = append(r.Parts, r.judge(part, looks))
		for i := range looks {
			looks[i].part = p
		}
		all = append(all, looks...)
	}
	if err := r.compare(ctx, parts, all, o.Near); err != nil {
		return nil, err
	}
	return r, nil
}

// lookAtAll looks at the samples of a source by workers.
func lookAtAll(ctx context.Context, src data.Source, o Options) ([]look, error) {
	if o.Workers < 1 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	looks := make([]look, src.Len())
	var next atomic.Int64
	var wg sync.WaitGroup
	wg.Add(o.Workers)
	for range o.Workers {
		go func() {
			defer wg.Done()
			e := newEye()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(looks) {
					return
				}
				looks[i] = e.look(src, i)
				if o.Step != nil {
					o.Step()
				}
			}
		}()
	}
	wg.Wait()
	return looks, ctx.Err()
}

// judge sums up one part.
func (r *Report) judge(part Part, looks []look) PartReport {
	p := PartReport{Name: part.Name, Samples: len(looks), Hash: part.Source.Hash()}
	names, skipped := known(part.Source)
	counts := make([]int, len(names))
	for i, l := range looks {
		if l.err != nil {
			p.Broken = append(p.Broken, problem(part.Source.Name(i), l.err))
			continue
		}
		p.Widths, p.Heights = span(p.Widths, l.w), span(p.Heights, l.h)
		if l.outside > 0 {
			p.Marks = append(p.Marks, Problem{part.Source.Name(i), fmt.Sprintf("%d landmarks lie outside the picture", l.outside)})
		}
		if l.empty > 0 {
			p.Marks = append(p.Marks, Problem{part.Source.Name(i), fmt.Sprintf("%d boxes cover less than a pixel of the picture", l.empty)})
		}
		for _, c := range l.classes {
			if c >= 0 && int(c) < len(counts) {
				counts[c]++
			}
		}
	}
	for c, n := range names {
		p.Classes = append(p.Classes, Class{n, counts[c]})
	}
	for _, err := range skipped {
		p.Skipped = append(p.Skipped, problem("", err))
	}
	r.Broken += len(p.Broken)
	r.Skipped += len(p.Skipped)
	r.Marks += len(p.Marks)
	return p
}

// known returns the classes of a source and what it left out.
func known(src data.Source) (classes []string, skipped []error) {
	switch s := src.(type) {
	case *data.Labelled:
		return s.Classes, s.Skipped
	case *data.Set:
		return s.Classes, nil
	case *data.Landmarks:
		return nil, s.Skipped
	}
	return nil, nil
}

func problem(name string, err error) Problem {
	var e *data.ErrFile
	if !errors.As(err, &e) {
		return Problem{name, err.Error()}
	}
	if name == "" {
		name = e.File
	}
	if e.Line > 0 {
		return Problem{name, err.Error()}
	}
	return Problem{name, e.Why}
}

// span widens least and most to hold v; zeros hold nothing yet.
func span(s [2]int, v int) [2]int {
	if s == [2]int{} {
		return [2]int{v, v}
	}
	return [2]int{min(s[0], v), max(s[1], v)}
}
