package zoo

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFetchMNISTRefuses has a go command of its own, so that nothing is
// fetched.
func TestFetchMNISTRefuses(t *testing.T) {
	module, bin := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(module, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name := range mnistFiles {
		if err := os.WriteFile(filepath.Join(module, "data", name), []byte("other"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin)
	for script, says := range map[string]string{
		"":                                       "not installed",
		`echo '{"Dir": "` + module + `"}'`:       "is not the file of MNIST",
		`echo '{"Dir": "` + t.TempDir() + `"}'`:  "lacks a file",
		`echo '{"Error": "no network"}'; exit 1`: "no network",
		`echo '{}'`:                              "names no folder",
		`echo lost >&2; exit 1`:                  "lost",
	} {
		tool := filepath.Join(bin, "go")
		os.Remove(tool)
		if script != "" {
			if err := os.WriteFile(tool, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		to := filepath.Join(t.TempDir(), "mnist")
		err := FetchMNIST(context.Background(), to)
		var e *ErrFetch
		if !errors.As(err, &e) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", script, err, says)
		}
		if left, _ := os.ReadDir(to); len(left) > 0 {
			t.Errorf("%q: leaves %v", script, left)
		}
	}
}
