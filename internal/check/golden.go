package check

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Golden compares got with the file at path, relative to the folder of the
// test's package. With OCELLUS_UPDATE=1 in the environment it writes the file
// instead.
func Golden(t testing.TB, path string, got []byte) {
	t.Helper()
	if os.Getenv("OCELLUS_UPDATE") == "1" {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (OCELLUS_UPDATE=1 writes it)", err)
	}
	if bytes.Equal(got, want) {
		return
	}
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(g), len(w)) {
		if gl, wl := line(g, i), line(w, i); gl != wl {
			t.Fatalf("%s, line %d:\n got %s\nwant %s\n(OCELLUS_UPDATE=1 rewrites it)", path, i+1, gl, wl)
		}
	}
}

func line(ls [][]byte, i int) string {
	if i >= len(ls) {
		return "(end)"
	}
	return string(ls[i])
}
