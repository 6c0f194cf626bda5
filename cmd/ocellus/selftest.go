package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/golden"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

type selftestCommand struct {
	Names []string `arg:"" name:"model" optional:"" help:"Models to test, by name or file; default: all that are installed."`
	cli.ModelsFlag
	JSON bool `help:"Print JSON: a line for each test, and one with the numbers of those passed and failed."`
}

func (c *selftestCommand) Help() string {
	return `Examples:

    ocellus selftest                          kernels and installed models
    ocellus selftest net-int8.onnx            kernels and this model
    OCELLUS_CPU=avx2 ocellus selftest         with what a lesser CPU would use
    ocellus selftest --json | jq 'select(.passed == false)'

Does this board compute what it should? Every kernel that this CPU can run computes cases whose
answers are known: those on integers to the bit, those on floats within their bounds of rounding.
Then each model runs on an input that its metadata names, and its outputs are compared with those
that it had where it was fetched or quantised; a model in 8-bit integers must give the very same
bits. A model without such answers is said to have none: "ocellus-host models fetch" and
"ocellus-host quantize" write them.

The exit code is 1 when a test has failed. Then the memory, the CPU or its voltage, the file or
the build is broken: do not trust what this machine sees.`
}

// tested is one line of the result.
type tested struct {
	Kind   string `json:"kind"` // kernel or model
	Name   string `json:"name"`
	Passed *bool  `json:"passed"` // null: not tested
	How    string `json:"how,omitempty"`
	Error  string `json:"error,omitempty"`
}

// testSummary is the last line.
type testSummary struct {
	NumPassed   int `json:"num_passed"`
	NumFailed   int `json:"num_failed"`
	NumUntested int `json:"num_untested"`
}

// Run tests.
func (c *selftestCommand) Run(env *cli.Env) error {
	features, err := kernels.Available()
	if err != nil {
		return cli.Exit(cli.Usage, err)
	}
	files, err := c.files()
	if err != nil {
		return err
	}
	var sum testSummary
	for _, a := range kernels.KnownAnswers(features) {
		if err := sum.print(env, c.JSON, result("kernel", a.Table+" "+a.Row, "", a.Err)); err != nil {
			return err
		}
	}
	for _, file := range files {
		if err := env.Context.Err(); err != nil {
			return err
		}
		if err := sum.print(env, c.JSON, testModel(file)); err != nil {
			return err
		}
	}
	if c.JSON {
		err = env.JSON(&sum)
	} else {
		err = env.Printf("%d passed, %d failed\n", sum.NumPassed, sum.NumFailed)
	}
	if err == nil && sum.NumFailed > 0 {
		return cli.Quiet(cli.Negative)
	}
	return err
}

// files returns the models to test. It is no failure that none are installed.
func (c *selftestCommand) files() ([]string, error) {
	var files []string
	for _, name := range c.Names {
		file, err := c.Resolve(name)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	if len(files) > 0 {
		return files, nil
	}
	dir, err := c.Folder()
	if err != nil {
		return nil, cli.Exit(cli.Missing, err)
	}
	if c.Models != "" {
		if _, err := os.Stat(dir.Path); err != nil {
			return nil, err
		}
	}
	return filepath.Glob(filepath.Join(dir.Path, "*.onnx"))
}

func result(kind, name, how string, err error) tested {
	passed := err == nil
	t := tested{Kind: kind, Name: name, Passed: &passed, How: how}
	if err != nil {
		t.Error = err.Error()
	}
	return t
}

func testModel(file string) tested {
	name := strings.TrimSuffix(filepath.Base(file), ".onnx")
	g, err := onnx.ReadFile(file)
	if err != nil {
		return result("model", name, "", err)
	}
	m, err := meta.Parse(g.Meta)
	if err != nil {
		return result("model", name, "", fmt.Errorf("%s: %w", file, err))
	}
	if m.Golden == nil {
		return tested{Kind: "model", Name: name, How: "has no known answers; ocellus-host models fetch, or quantize, writes them"}
	}
	r, err := golden.Parse(m.Golden)
	if err != nil {
		return result("model", name, "", err)
	}
	how := "as far as floats round alike"
	if r.Integers != "" {
		how = "to the bit"
	}
	err = r.Check(g, m)
	var wrong *golden.ErrGolden
	if err != nil && !errors.As(err, &wrong) {
		err = fmt.Errorf("cannot run: %w", err)
	}
	return result("model", name, how, err)
}

func (s *testSummary) print(env *cli.Env, json bool, t tested) error {
	state := "untested"
	switch {
	case t.Passed == nil:
		s.NumUntested++
	case *t.Passed:
		s.NumPassed++
		state = "passed"
	default:
		s.NumFailed++
		state = "FAILED"
	}
	if json {
		return env.JSON(t)
	}
	line := fmt.Sprintf("%-8s  %s %s", state, t.Kind, t.Name)
	switch {
	case t.Error != "":
		line += ": " + t.Error
	case t.How != "":
		line += ", " + t.How
	}
	return env.Printf("%s\n", line)
}
