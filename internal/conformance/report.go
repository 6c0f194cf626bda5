package conformance

import "fmt"

// Totals counts cases by verdict.
type Totals struct{ Passed, Failed, Unsupported int }

// Add counts one case.
func (t *Totals) Add(v Verdict) {
	switch v {
	case Passed:
		t.Passed++
	case Failed:
		t.Failed++
	case Unsupported:
		t.Unsupported++
	}
}

func (t Totals) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d unsupported", t.Passed, t.Failed, t.Unsupported)
}
