package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/ocellus-vision/ocellus/internal/splitmix"
	"github.com/ocellus-vision/ocellus/vision"
)

// Labelled is pictures with one class each: digits, things, people. Pictures
// are read when they are asked for, from any number of goroutines.
type Labelled struct {
	Kind    string   // "IDX", "folders", "CIFAR", …
	Source  string   // the file or folder it was read from
	Classes []string // names, by index
	// Skipped is what was left out when the set was opened, each an *ErrFile
	// that names it. With Options.Strict it is an error instead.
	Skipped []error
	// Cut says that the files tell no parts, so that the test part is one picture
	// in ten, and that this is one of such parts.
	Cut bool

	labels []int32
	name   func(i int) string
	read   func(i int) (*vision.Image, error)
	hash   func() string
}

// Len returns how many pictures there are.
func (s *Labelled) Len() int { return len(s.labels) }

// Label returns the class of picture i.
func (s *Labelled) Label(i int) int { return int(s.labels[i]) }

// Name says where picture i comes from, for people: a file, or a file and the
// number within.
func (s *Labelled) Name(i int) string { return s.name(i) }

// Image reads picture i, in RGB; grey ones have three channels alike. It may
// be shared: it is not to be changed. The error is an *ErrFile.
func (s *Labelled) Image(i int) (*vision.Image, error) { return s.read(i) }

// Hash names what the set holds, in hex: two sets of the same hash have the
// same pictures and labels in the same order. The first call may read every
// file.
func (s *Labelled) Hash() string { return s.hash() }

// Sample reads picture i with its class. The error is an *ErrFile.
func (s *Labelled) Sample(i int) (Sample, error) {
	m, err := s.read(i)
	return Sample{Image: m, Label: s.Label(i)}, err
}

// Counts returns how many pictures each class has.
func (s *Labelled) Counts() []int {
	n := make([]int, len(s.Classes))
	for _, l := range s.labels {
		n[l]++
	}
	return n
}

// Subset returns the pictures of those indices, in that order.
func (s *Labelled) Subset(indices []int) *Labelled {
	sub := *s
	sub.labels = make([]int32, len(indices))
	for i, j := range indices {
		sub.labels[i] = s.labels[j]
	}
	sub.name = func(i int) string { return s.name(indices[i]) }
	sub.read = func(i int) (*vision.Image, error) { return s.read(indices[i]) }
	sub.hash = sync.OnceValue(func() string {
		h := sha256.New()
		fmt.Fprintln(h, s.Hash())
		for _, j := range indices {
			fmt.Fprintln(h, j)
		}
		return hex.EncodeToString(h.Sum(nil))
	})
	return &sub
}

// Split cuts off a part of each class, the fraction given but at least one
// picture of every class that has two: what is left, and the part. Which
// pictures it takes hangs on seed and number alone.
func (s *Labelled) Split(fraction float64, seed uint64) (rest, part *Labelled) {
	taken := make([]bool, s.Len())
	byClass := make([][]int, len(s.Classes))
	for i, l := range s.labels {
		byClass[l] = append(byClass[l], i)
	}
	for class, members := range byClass {
		want := int(float64(len(members))*fraction + 0.5)
		if want == 0 && fraction > 0 && len(members) > 1 {
			want = 1
		}
		for k := range min(want, len(members)) { // Fisher and Yates, cut short
			j := k + int(Draw(seed, uint64(class), uint64(k))%uint64(len(members)-k))
			members[k], members[j] = members[j], members[k]
			taken[members[k]] = true
		}
	}
	var in, out []int
	for i, t := range taken {
		if t {
			out = append(out, i)
		} else {
			in = append(in, i)
		}
	}
	return s.Subset(in), s.Subset(out)
}

// tenth is a part of a set that says of no picture which part it is of: one in
// ten of each class is for testing, always the same ones.
func tenth(s *Labelled, part string) *Labelled {
	if part == All {
		return s
	}
	train, test := s.Split(0.1, 0)
	train.Cut, test.Cut = true, true
	if part == Test {
		return test
	}
	return train
}

// joined is the pictures of several sets, whose classes are those of the one
// with the most.
func joined(source string, sets []*Labelled) *Labelled {
	if len(sets) == 1 {
		return sets[0]
	}
	all := &Labelled{Kind: sets[0].Kind, Source: source}
	var of, at []int
	for k, s := range sets {
		if len(s.Classes) > len(all.Classes) {
			all.Classes = s.Classes
		}
		all.Skipped = append(all.Skipped, s.Skipped...)
		all.labels = append(all.labels, s.labels...)
		for i := range s.Len() {
			of, at = append(of, k), append(at, i)
		}
	}
	all.name = func(i int) string { return sets[of[i]].Name(at[i]) }
	all.read = func(i int) (*vision.Image, error) { return sets[of[i]].Image(at[i]) }
	all.hash = sync.OnceValue(func() string {
		h := newContentHash()
		for _, s := range sets {
			h.note(s.Hash())
		}
		return h.sum()
	})
	return all
}

// Draw returns a number that hangs on its arguments alone: randomness that is
// the same whatever else is drawn, in whatever order. It is a chain of
// SplitMix64's finaliser (Steele, Lea and Flood, 2014).
func Draw(keys ...uint64) uint64 {
	x := uint64(splitmix.Golden)
	for _, k := range keys {
		x = splitmix.Mix(x + k)
	}
	return x
}
