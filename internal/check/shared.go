// Package check holds what tests of several packages share: where the shared
// data lies, and memory with guards around it.
package check

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Root returns the root folder of the repository that the test runs in.
func Root(t testing.TB) string {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(filepath.Dir(file)))
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Skipf("the source tree is not here (%v); tests that read it are skipped", err)
	}
	return root
}

// Shared returns the path of a file or folder of the shared data, which lies
// beside the repository (or where OCELLUS_SHARED says). It skips the test when
// that is not there, as it is not on a user's machine.
func Shared(t testing.TB, elem ...string) string {
	t.Helper()
	base := os.Getenv("OCELLUS_SHARED")
	if base == "" {
		base = filepath.Join(Root(t), "..", "shared")
	}
	p := filepath.Join(append([]string{base, "data"}, elem...)...)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("shared data is lacking: %s", p)
	}
	return p
}
