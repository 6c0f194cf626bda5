package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestWriteReplacesOnlyWhenComplete(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.txt")
	put := func(s string, fail error) error {
		return Write(path, func(w io.Writer) error {
			io.WriteString(w, s)
			return fail
		})
	}
	if err := put("first", nil); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	if err := put("second", broken); !errors.Is(err, broken) {
		t.Fatalf("got %v, want the error of the writer", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "first" {
		t.Fatalf("a failed write left %q", b)
	}
	if err := put("third", nil); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != "third" {
		t.Fatalf("got %q", b)
	}
	if e, _ := os.ReadDir(dir); len(e) != 1 {
		t.Fatalf("%d files left behind, want 1", len(e))
	}
	if err := Write(filepath.Join(dir, "no", "b"), func(io.Writer) error { return nil }); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a folder that is lacking: %v", err)
	}
}

func TestWriteMode(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	for _, mode := range []os.FileMode{0o755, 0o600, 0o666} {
		err := WriteMode(path, mode, func(w io.Writer) error {
			_, err := io.WriteString(w, "x")
			return err
		})
		if st, e := os.Stat(path); err != nil || e != nil || st.Mode().Perm() != mode {
			t.Errorf("%v, %v, %v: want %v", err, e, st, mode)
		}
	}
}
