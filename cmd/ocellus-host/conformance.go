package main

import (
	"strings"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/conformance"
)

type conformanceCommand struct {
	Dirs []string `arg:"" name:"dir" help:"Folders of backend tests, searched to any depth." type:"existingdir"`
	JSON bool     `help:"Print JSON: a line for each case, then the totals."`
}

func (c *conformanceCommand) Help() string {
	return `Examples:

    ocellus-host conformance /usr/share/libonnx-testdata    what Debian's package has
    ocellus-host conformance node/test_add node/test_conv*
    ocellus-host conformance --json node | jq 'select(.verdict == "unsupported") | .why'

Three layouts are known: a model beside folders test_data_set_N of input_K.pb and output_K.pb; a
file X.onnx beside X_output_0.pb; and folders of either. Floats may differ by 1e-5 + 1e-3 of what
is expected, halves by ten times that; integers must be equal. A line is printed for each case that
is wrong or refused, then the totals. The exit code is 1 if any case failed; what is refused by
name (unsupported) does not count as failed.`
}

// caseLine is what is printed of a case.
type caseLine struct {
	Case    string `json:"case"`
	Model   string `json:"model"`
	Verdict string `json:"verdict"`
	Why     string `json:"why,omitempty"`
}

// totalsLine is what is printed at the end.
type totalsLine struct {
	Passed      int `json:"passed"`
	Failed      int `json:"failed"`
	Unsupported int `json:"unsupported"`
}

// Run runs the cases.
func (c *conformanceCommand) Run(env *cli.Env) error {
	var cases []conformance.Case
	for _, dir := range c.Dirs {
		found, err := conformance.Find(dir)
		if err != nil {
			return err
		}
		cases = append(cases, found...)
	}
	bar := env.Progress("conformance", len(cases))
	defer bar.Close()
	var totals conformance.Totals
	for i := range cases {
		if err := env.Context.Err(); err != nil {
			return err
		}
		r := cases[i].Run()
		totals.Add(r.Verdict)
		bar.Clear()
		if err := c.print(env, &cases[i], r); err != nil {
			return err
		}
		bar.Step()
	}
	bar.Close()
	if err := c.printTotals(env, totals); err != nil {
		return err
	}
	if totals.Failed > 0 {
		return cli.Quiet(cli.Negative)
	}
	return nil
}

func (c *conformanceCommand) print(env *cli.Env, k *conformance.Case, r conformance.Result) error {
	why := ""
	if r.Why != nil {
		why = strings.ReplaceAll(r.Why.Error(), "\n", " | ")
	}
	switch {
	case c.JSON:
		return env.JSON(caseLine{k.Name, k.Model, strings.ToLower(r.Verdict.String()), why})
	case r.Verdict == conformance.Passed:
		return nil
	}
	return env.Printf("%s %s: %s\n", r.Verdict, k.Name, why)
}

func (c *conformanceCommand) printTotals(env *cli.Env, t conformance.Totals) error {
	if c.JSON {
		return env.JSON(totalsLine{t.Passed, t.Failed, t.Unsupported})
	}
	return env.Printf("%s\n", t)
}
