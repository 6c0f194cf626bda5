package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// TestCompare trains in every way from a network of the same shapes, and keeps
// one; a second run of the same goes on at the end of each.
func TestCompare(t *testing.T) {
	dir, tmp := shapes(t), t.TempDir()
	from, out := filepath.Join(tmp, "from.onnx"), filepath.Join(tmp, "best.onnx")
	if _, stderr, code := trained(t, t.Context(), dir, from); code != cli.OK {
		t.Fatal(stderr)
	}
	for _, more := range [][]string{nil, {"--resume"}} {
		stdout, stderr, code := trained(t, t.Context(), dir, out, append(more, "--from", from, "--compare", "--json")...)
		if code != cli.OK {
			t.Fatalf("%v: exit code %d, %s", more, code, stderr)
		}
		var all struct {
			Best string
			Ways []struct {
				Way    string
				Result struct {
					Params, Trained int
					Transfer        *struct{ New, Frozen []string }
				}
			}
		}
		if err := json.Unmarshal([]byte(stdout), &all); err != nil {
			t.Fatalf("%v in %s", err, stdout)
		}
		if len(all.Ways) != 4 || all.Ways[0].Way != "scratch" || all.Ways[0].Result.Transfer != nil {
			t.Fatalf("%+v", all)
		}
		for i, less := range []bool{false, true, true, false} {
			w := all.Ways[i]
			if less != (w.Result.Trained < w.Result.Params) || w.Result.Trained == 0 {
				t.Errorf("%s trains %d of %d parameters", w.Way, w.Result.Trained, w.Result.Params)
			}
			if i > 0 && (less != (len(w.Result.Transfer.Frozen) > 0) || (i == 1) != (len(w.Result.Transfer.New) == 1)) {
				t.Errorf("%s: %+v", w.Way, w.Result.Transfer)
			}
		}
		s, err := ocellus.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		page, err := os.ReadFile(filepath.Join(tmp, "best.train", "index.html"))
		if err != nil || !strings.Contains(string(page), "early/index.html") {
			t.Errorf("page: %v", err)
		}
	}
}

// TestTransferFlags: what does not go together is wrong usage, and a network
// that does not fit is bad input; both say what to do.
func TestTransferFlags(t *testing.T) {
	dir, tmp := shapes(t), t.TempDir()
	from, out := filepath.Join(tmp, "from.onnx"), filepath.Join(tmp, "out.onnx")
	if _, stderr, code := trained(t, t.Context(), dir, from); code != cli.OK {
		t.Fatal(stderr)
	}
	for _, c := range []struct {
		flags []string
		code  int
		want  string
	}{
		{[]string{"--transfer", "init"}, cli.Usage, "--from"},
		{[]string{"--from", from, "--transfer", "all"}, cli.Usage, "head early init"},
		{[]string{"--from", from, "--freeze-to", "conv1"}, cli.Usage, "--transfer early"},
		{[]string{"--from", from, "--transfer", "early", "--freeze-to", "conv9"}, cli.Usage, "conv2"},
		{[]string{"--from", from, "--transfer", "init", "--size", "32"}, cli.BadInput, "same size"},
		{[]string{"--from", filepath.Join(tmp, "none.onnx")}, cli.Missing, "none.onnx"},
	} {
		_, stderr, code := trained(t, t.Context(), dir, out, c.flags...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d, want %d: %s", c.flags, code, c.code, stderr)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%v: a network was written", c.flags)
		}
	}
}
