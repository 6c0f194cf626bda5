package conformance

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Case is one model with its data.
type Case struct {
	Name  string
	Model string // path of the ONNX file
	Sets  []DataSet
}

// DataSet is one run of a model: files of the inputs and outputs, in the
// model's order; "" where a file is absent. Ramp says that the inputs are not
// in files but ramps, i/n for element i of n.
type DataSet struct {
	Inputs, Outputs []string
	Ramp            bool
}

// Find returns the cases in and below dir, sorted by path. It fails when there
// is none.
func Find(dir string) ([]Case, error) {
	var cases []Case
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".onnx" {
			return err
		}
		c, ok, err := caseOf(path)
		if ok {
			cases = append(cases, c)
		}
		return err
	})
	if err == nil && len(cases) == 0 {
		err = fmt.Errorf("%s: no ONNX backend tests: neither a model beside test_data_set_0 nor X.onnx beside X_output_0.pb", dir)
	}
	return cases, err
}

// caseOf returns the case that a model belongs to, if any.
func caseOf(model string) (Case, bool, error) {
	dir := filepath.Dir(model)
	c := Case{Name: filepath.Base(dir), Model: model}
	sets, err := filepath.Glob(filepath.Join(escape(dir), "test_data_set_*"))
	if err != nil {
		return c, false, err
	}
	slices.SortFunc(sets, func(a, b string) int { return index(a, "test_data_set_") - index(b, "test_data_set_") })
	for _, set := range sets {
		ds := DataSet{}
		if ds.Inputs, err = numbered(set, "input_"); err != nil {
			return c, false, err
		}
		if ds.Outputs, err = numbered(set, "output_"); err != nil {
			return c, false, err
		}
		c.Sets = append(c.Sets, ds)
	}
	if len(c.Sets) > 0 {
		return c, true, nil
	}
	stem := strings.TrimSuffix(filepath.Base(model), ".onnx")
	outs, err := numbered(dir, stem+"_output_")
	c.Name = stem
	c.Sets = []DataSet{{Outputs: outs, Ramp: true}}
	return c, len(outs) > 0, err
}

// escape makes a path match itself in a pattern.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// numbered lists prefixK.pb in dir by K.
func numbered(dir, prefix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		k := index(e.Name(), prefix)
		if k < 0 || filepath.Ext(e.Name()) != ".pb" {
			continue
		}
		for len(files) <= k {
			files = append(files, "")
		}
		files[k] = filepath.Join(dir, e.Name())
	}
	return files, nil
}

// maxIndex bounds the numbers in file names.
const maxIndex = 4096

// index returns the number behind prefix in a file's name, -1 for none.
func index(path, prefix string) int {
	rest, ok := strings.CutPrefix(filepath.Base(path), prefix)
	n, err := strconv.Atoi(strings.TrimSuffix(rest, ".pb"))
	if !ok || err != nil || n < 0 || n > maxIndex {
		return -1
	}
	return n
}
