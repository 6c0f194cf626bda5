package data

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// idxPair is a file of pictures in MNIST's format, and that of their labels.
type idxPair struct{ images, labels, part string }

// idxImages is what files of pictures are called: train-images-idx3-ubyte,
// t10k-images.idx3-ubyte.gz and the like; what comes before says the part.
var idxImages = regexp.MustCompile(`^(.*)images([-.]?)idx3(.*?)(\.gz)?$`)

// MNIST reads a part of a folder with files of MNIST, Fashion-MNIST or a set of
// their kind, with or without .gz: a pair whose names have "train" in them is
// the training part, one of "test" or of t10k and the like the test part. Where
// all there is says neither, one picture in ten of each class is the test part,
// always the same ones. The error is an *ErrFile that names what is missing.
func MNIST(dir, part string) (*Labelled, error) {
	pairs, err := idxPairs(dir)
	if err != nil {
		return nil, err
	}
	if len(pairs) == 1 && pairs[0].part == All && part != Val {
		s, err := ReadIDX(pairs[0].images, pairs[0].labels, nil)
		if err != nil {
			return nil, err
		}
		return tenth(s, part), nil
	}
	var parts []*Labelled
	for _, p := range partsOf(part) {
		s, err := idxPart(dir, p, pairs)
		if err != nil {
			return nil, err
		}
		if s != nil {
			parts = append(parts, s)
		}
	}
	switch {
	case len(parts) > 0:
		return joined(dir, parts), nil
	case part == Val:
		return nil, noPart(dir, "sets of MNIST's kind have no part for validation; cut one off the training part")
	}
	first := map[string]string{Train: "train", Test: "t10k", All: "train"}[part]
	return nil, noPart(dir, "has no %s-images-idx3-ubyte and %s-labels-idx1-ubyte, with or without .gz", first, first)
}

// idxPart reads the one pair of a part; nil where there is none.
func idxPart(dir, part string, pairs []idxPair) (*Labelled, error) {
	var of []idxPair
	for _, p := range pairs {
		if p.part == part {
			of = append(of, p)
		}
	}
	switch len(of) {
	case 0:
		return nil, nil
	case 1:
		return ReadIDX(of[0].images, of[0].labels, nil)
	}
	return nil, bad(dir, 0, "has %s and %s, both of the part %s: a folder of each tells them apart", filepath.Base(of[0].images), filepath.Base(of[1].images), part)
}

// idxPairs lists the pairs of a folder. Of files that are there twice, those
// that are not compressed are taken.
func idxPairs(dir string) ([]idxPair, error) {
	names, err := entries(dir)
	if err != nil {
		return nil, err
	}
	var pairs []idxPair
	for _, n := range names {
		m := idxImages.FindStringSubmatch(n)
		if m == nil || m[4] != "" && slices.Contains(names, strings.TrimSuffix(n, m[4])) {
			continue
		}
		labels := m[1] + "labels" + m[2] + "idx1" + m[3]
		if !slices.Contains(names, labels) {
			labels += ".gz"
		}
		if !slices.Contains(names, labels) {
			return nil, bad(filepath.Join(dir, n), 0, "has no labels beside it: %s, with or without .gz", strings.TrimSuffix(labels, ".gz"))
		}
		pairs = append(pairs, idxPair{filepath.Join(dir, n), filepath.Join(dir, labels), idxPartOf(m[1])})
	}
	return pairs, nil
}

// idxPartOf tells the part by what a name begins with; All where it does not
// say.
func idxPartOf(name string) string {
	switch name = strings.ToLower(name); {
	case strings.Contains(name, "train"):
		return Train
	case strings.HasPrefix(name, "t"), strings.Contains(name, "test"):
		return Test
	}
	return All
}
