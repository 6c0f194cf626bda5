// Package augment changes samples at random, so that a network that is trained
// sees each picture in many ways: mirrored, cut, turned, in other colours and
// worse light. Boxes and landmarks follow.
//
// Every change is a function of the sample and of a stream of random numbers
// alone; the sample that it is given stays as it is.
package augment

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus/data"
)

// More returns another sample of the set, for changes that mix several.
type More func(r *Rand) (data.Sample, error)

// change is a row of the table of what a Policy may be made of.
type change struct {
	name   string
	help   string
	chance float64 // that it is made, unless told otherwise
	params []param
	run    func(s data.Sample, r *Rand, a []float64) data.Sample
	mix    func(s data.Sample, r *Rand, a []float64, more More) (data.Sample, error)
}

// param is a number that a change takes.
type param struct {
	name        string
	def, lo, hi float64
}

// Policy is changes that are made one after the other, each with its chance.
// The zero Policy changes nothing.
type Policy struct{ steps []step }

type step struct {
	*change
	args   []float64
	chance float64
}

// presets are policies that have a name, by task.
var presets = []struct{ name, text, help string }{
	{"none", "", "nothing"},
	{"digits", "affine:10:0.1:5:0.08", "digits and letters, which are not to be mirrored"},
	{"cifar", "mirror,crop:4", "small pictures of things: He et al., Deep Residual Learning, 2016"},
	{"photos", "resized-crop:0.35,mirror,colour:0.3", "photographs of things"},
	{"boxes", "mosaic@0.5,affine:3:0.3:0:0.1,mirror,colour:0.5", "detection"},
	{"faces", "mirror,affine:8:0.1:0:0.05,colour:0.3,lowlight@0.1,blur@0.1,noise@0.1,jpeg@0.2", "faces as cameras see them"},
	{"landmarks", "mirror,affine:20:0.2:5:0.08,colour:0.3,cutout:0.3@0.3,blur@0.1,noise@0.1", "landmarks"},
}

// Parse reads a policy: changes with commas between, each a name, its numbers
// after colons and its chance after @, as in "mirror,crop:4,colour:0.2@0.8".
// The name of a preset stands for its changes.
func Parse(text string) (Policy, error) {
	var p Policy
	for _, item := range strings.Split(text, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		if i := slices.IndexFunc(presets, func(s struct{ name, text, help string }) bool { return s.name == item }); i >= 0 {
			q, err := Parse(presets[i].text)
			if err != nil {
				return Policy{}, err
			}
			p.steps = append(p.steps, q.steps...)
			continue
		}
		s, err := parseStep(item)
		if err != nil {
			return Policy{}, err
		}
		p.steps = append(p.steps, s)
	}
	if len(p.steps) > maxSteps {
		return Policy{}, fmt.Errorf("augmentation: %d changes, at most %d are made", len(p.steps), maxSteps)
	}
	return p, nil
}

const maxSteps = 100

func parseStep(item string) (step, error) {
	rest, odds, withOdds := strings.Cut(item, "@")
	words := strings.Split(rest, ":")
	i := slices.IndexFunc(changes, func(c change) bool { return c.name == words[0] })
	if i < 0 {
		return step{}, fmt.Errorf("augmentation: %.40q is no change and no preset; there are %s", words[0], names())
	}
	c := &changes[i]
	s := step{change: c, chance: c.chance}
	if withOdds {
		v, err := number("chance of "+c.name, odds, 0, 1)
		if err != nil {
			return step{}, err
		}
		s.chance = v
	}
	if len(words)-1 > len(c.params) {
		return step{}, fmt.Errorf("augmentation: %s takes %d numbers, not %d", c.name, len(c.params), len(words)-1)
	}
	for k, p := range c.params {
		v := p.def
		if k+1 < len(words) {
			var err error
			if v, err = number(p.name+" of "+c.name, words[k+1], p.lo, p.hi); err != nil {
				return step{}, err
			}
		}
		s.args = append(s.args, v)
	}
	return s, nil
}

func number(what, text string, lo, hi float64) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= lo && v <= hi) {
		return 0, fmt.Errorf("augmentation: the %s, %.40q, is no number from %v to %v", what, text, lo, hi)
	}
	return v, nil
}

func names() string {
	var all []string
	for _, c := range changes {
		all = append(all, c.name)
	}
	for _, p := range presets {
		all = append(all, p.name)
	}
	return strings.Join(all, ", ")
}

// String returns the policy as Parse reads it, with all its numbers.
func (p Policy) String() string {
	var b strings.Builder
	for i, s := range p.steps {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(s.name)
		for _, a := range s.args {
			fmt.Fprintf(&b, ":%v", a)
		}
		fmt.Fprintf(&b, "@%v", s.chance)
	}
	return b.String()
}

// Mixes reports whether a change takes several pictures, which classes and
// landmarks cannot follow.
func (p Policy) Mixes() bool {
	return slices.ContainsFunc(p.steps, func(s step) bool { return s.mix != nil })
}

// Apply makes the changes. It hangs on its arguments and what more returns
// alone; more is asked only where the policy Mixes. Each change has a stream
// of its own, so that the numbers of one do not move those of the next.
func (p Policy) Apply(s data.Sample, r *Rand, more More) (data.Sample, error) {
	for _, st := range p.steps {
		own := NewRand(r.Uint64())
		if !own.Chance(st.chance) {
			continue
		}
		if st.mix == nil {
			s = st.run(s, own, st.args)
			continue
		}
		var err error
		if s, err = st.mix(s, own, st.args, more); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Help describes changes and presets, a line each.
func Help() string {
	var b strings.Builder
	for _, c := range changes {
		form := c.name
		for _, p := range c.params {
			form += fmt.Sprintf(":%v", p.def)
		}
		fmt.Fprintf(&b, "    %-24s %s", form, c.help)
		if c.chance < 1 {
			fmt.Fprintf(&b, "; chance %v", c.chance)
		}
		b.WriteByte('\n')
	}
	b.WriteString("\nPresets:\n\n")
	for _, p := range presets {
		fmt.Fprintf(&b, "    %-12s %s\n", p.name, p.help)
		if p.text != "" {
			fmt.Fprintf(&b, "    %-12s = %s\n", "", p.text)
		}
	}
	return b.String()
}
