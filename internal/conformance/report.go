package conformance

import (
	"fmt"
	"io"
	"strings"
)

// Totals counts the cases by verdict.
type Totals struct{ Passed, Failed, Unsupported int }

func (t Totals) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d unsupported", t.Passed, t.Failed, t.Unsupported)
}

// RunAll runs the cases in and below the folders. It writes a line for each
// that is wrong or refused, and why, then the totals. It fails only when a
// folder cannot be read or has no cases; a wrong case is counted.
func RunAll(w io.Writer, dirs []string) (Totals, error) {
	var totals Totals
	for _, dir := range dirs {
		cases, err := Find(dir)
		if err != nil {
			return totals, err
		}
		for i := range cases {
			r := cases[i].Run()
			switch r.Verdict {
			case Passed:
				totals.Passed++
				continue
			case Failed:
				totals.Failed++
			case Unsupported:
				totals.Unsupported++
			}
			if _, err := fmt.Fprintf(w, "%s %s: %s\n", r.Verdict, cases[i].Name, oneLine(r.Why)); err != nil {
				return totals, err
			}
		}
	}
	_, err := fmt.Fprintln(w, totals)
	return totals, err
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", " | ") }
