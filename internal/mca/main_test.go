package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

func TestFindLoops(t *testing.T) {
	write := func(src string) string {
		path := filepath.Join(t.TempDir(), "k_arm64.s")
		if err := os.WriteFile(path, []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	loops, err := findLoops(write("a\n\t// mca:begin one, by 4\nb\nc\n\t// mca:end\nd\n// mca:begin two\ne\n// mca:end\n"))
	if err != nil || len(loops) != 2 {
		t.Fatalf("%d loops, %v", len(loops), err)
	}
	if l := loops[0]; l.name != "one, by 4" || l.first != 2 || l.last != 5 || l.file != "k_arm64.s" {
		t.Errorf("the first loop is %+v", *l)
	}
	for src, want := range map[string]string{
		"// mca:begin a\n// mca:begin b\n// mca:end\n": ":2: mca:begin out of turn",
		"// mca:end\n":     ":1: mca:end out of turn",
		"// mca:begin a\n": "a has no mca:end",
	} {
		if _, err := findLoops(write(src)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", src, err, want)
		}
	}
	if _, err := findLoops(filepath.Join(t.TempDir(), "*.s")); err == nil {
		t.Error("no files, no error")
	}
}

func TestFirstLoop(t *testing.T) {
	for _, c := range []struct {
		marked string
		want   string
	}{
		{"a;b;b.ne #-4;c;b.ge #-8", "b;b.ne #-4"},
		{"a;cbnz x1, #-4", "a;cbnz x1, #-4"},
		{"b.eq #8;a;tbz w1, #3, #-8", "b.eq #8;a;tbz w1, #3, #-8"},
		{"a;b.ne #-8", ""},
		{"a;b.ne #8", ""},
	} {
		got, err := firstLoop(strings.Split(c.marked, ";"))
		if strings.Join(got, ";") != c.want || (err == nil) == (c.want == "") {
			t.Errorf("%s: %q, %v", c.marked, got, err)
		}
	}
}

// TestNearLimit holds the loops of products to the shares of the multiply-adds
// that the models of the out-of-order cores are to reach.
func TestNearLimit(t *testing.T) {
	mca, err := tool("llvm-mca")
	if err != nil {
		t.Skip(err)
	}
	if _, err := tool("llvm-mc"); err != nil {
		t.Skip(err)
	}
	t.Chdir(check.Root(t))
	shares := map[string]float64{ // by the first word of the loop's name
		"gemmF32NEON8x8":   0.9,
		"gemmI8DotProd8x8": 0.85,
		"gemmI8NEON8x8":    0.95,
		"depthwiseI8NEON":  0.7,
	}
	rows, err := measure(mca, "kernels/[gt]*_arm64.s")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, r := range rows {
		name, _, _ := strings.Cut(r.loop.name, ",")
		least, ok := shares[name]
		if !ok {
			continue
		}
		seen[name]++
		if share := r.share(); share > 1.001 || !r.core.inOrder && share < least {
			t.Errorf("%s on %s: %.0f cycles, %.0f %% of the limit", r.loop.name, r.core.name, r.cycles, 100*share)
		}
		if n := len(r.loop.multiplyAdds()); n < 16 {
			t.Errorf("%s: %d multiply-adds", r.loop.name, n)
		}
	}
	for name := range shares {
		want := len(cores)
		if name == "gemmI8DotProd8x8" {
			want = 2
		}
		if seen[name] != want {
			t.Errorf("%s: %d cores, want %d", name, seen[name], want)
		}
	}
}
