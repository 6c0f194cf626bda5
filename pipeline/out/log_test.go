package out

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
)

func content(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestLogIsBegunAnewAndNumbered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	l, err := OpenLog(path, LogOptions{MaxSize: 20, Keep: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		if _, err := fmt.Fprintf(l, "line %d\n", i); err != nil { // 7 bytes: 2 a file
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{path: "line 8\n", path + ".1": "line 6\nline 7\n", path + ".2": "line 4\nline 5\n"} {
		if got := content(t, name); got != want {
			t.Errorf("%s: %q, want %q", filepath.Base(name), got, want)
		}
	}
	if _, err := os.Stat(path + ".3"); !os.IsNotExist(err) {
		t.Error("more files are kept than asked for")
	}
	if _, err := l.Write([]byte("x\n")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestLogKeepsNoOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	l, err := OpenLog(path, LogOptions{MaxSize: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, s := range []string{"first\n", "next\n", "far longer than a file\n"} {
		if _, err := l.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if got := content(t, path); got != s {
			t.Errorf("%q, want %q", got, s)
		}
	}
}

// What a crash cut off is taken back, however long the line was.
func TestLogMendsALastLine(t *testing.T) {
	long := strings.Repeat("x", 200<<10)
	for in, want := range map[string]string{"": "", "a\nb\n": "a\nb\n", "a\nhalf": "a\n", "half": "", "a\n" + long: "a\n", long + "\n" + long: long + "\n"} {
		path := filepath.Join(t.TempDir(), "a")
		if err := os.WriteFile(path, []byte(in), 0o644); err != nil {
			t.Fatal(err)
		}
		l, err := OpenLog(path, LogOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Mended(); got != int64(len(in)-len(want)) {
			t.Errorf("%d bytes taken back of %d, want %d", got, len(in), len(in)-len(want))
		}
		if _, err := l.Write([]byte("new\n")); err != nil {
			t.Fatal(err)
		}
		l.Close()
		if got := content(t, path); got != want+"new\n" {
			t.Errorf("%d bytes, want %d", len(got), len(want)+4)
		}
	}
}

func TestLogRefuses(t *testing.T) {
	var option *ErrOption
	for _, o := range []LogOptions{{MaxSize: -1}, {Keep: -1}} {
		if _, err := OpenLog(filepath.Join(t.TempDir(), "a"), o); !errors.As(err, &option) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := OpenLog(t.TempDir(), LogOptions{}); err == nil {
		t.Error("a folder was opened")
	}
	if _, err := OpenLog(filepath.Join(t.TempDir(), "no", "a"), LogOptions{}); !os.IsNotExist(err) {
		t.Errorf("no folder: %v", err)
	}
}

// A full disk costs the events that it has no room for, which are counted;
// that it is full is told once, and writing goes on once there is room. No
// line is ever torn.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "events.jsonl")
	d := &disk{room: 1000}
	l, err := openLog(path, LogOptions{}, d.open)
	if err != nil {
		t.Fatal(err)
	}
	var told []error
	l.State.Tell = func(err error) { told = append(told, err) }
	q := pipeline.NewQueue(jsonLines{l}, 100)
	send := func(from, to uint64) {
		for n := from; n < to; n++ {
			if err := q.Event(context.Background(), &pipeline.Event{Type: pipeline.Enter, Time: time.Unix(0, 0), Source: "door", Sequence: n, Detail: strings.Repeat("x", int(n%7))}); err != nil {
				t.Fatal(err)
			}
		}
		for s := q.Stats(); s.Delivered+s.Failed < to; s = q.Stats() {
			time.Sleep(time.Millisecond)
		}
	}
	send(0, 20)
	failed := q.Stats().Failed
	if failed == 0 || !errors.Is(l.State.Err(), errFull) {
		t.Fatalf("%d failed, %v", failed, l.State.Err())
	}
	d.set(1 << 20)
	send(20, 30)
	if got := q.Stats().Failed; got != failed || l.State.Err() != nil {
		t.Errorf("%d failed after there was room, %v", got-failed, l.State.Err())
	}
	if err := q.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(told) != 2 || !errors.Is(told[0], errFull) || told[1] != nil {
		t.Errorf("told %v", told)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var seen []uint64
	for _, line := range strings.Split(strings.TrimSuffix(content(t, path), "\n"), "\n") {
		var e struct{ Sequence uint64 }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		seen = append(seen, e.Sequence)
	}
	if len(seen) != 30-int(failed) || !slices.IsSorted(seen) || seen[len(seen)-1] != 29 {
		t.Errorf("%v, where %d failed", seen, failed)
	}
}

// stuck is a file that cannot even be made shorter.
type stuck struct {
	tinyFile
	broken bool
}

func (f *stuck) Truncate(n int64) error {
	if f.broken {
		return errFull
	}
	return f.File.Truncate(n)
}

func TestLogWritesNothingAfterATornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a")
	d := &disk{room: 1 << 20}
	var f *stuck
	l, err := openLog(path, LogOptions{}, func(path string) (logFile, error) {
		g, err := d.open(path)
		f = &stuck{tinyFile: *g.(*tinyFile)}
		return f, err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	write := func(s string) error { _, err := l.Write([]byte(s)); return err }
	if err := write("one\n"); err != nil {
		t.Fatal(err)
	}
	d.set(6)
	f.broken = true
	if err := write("two\n"); err == nil || content(t, path) != "one\ntw" {
		t.Fatalf("%v, %q", err, content(t, path))
	}
	d.set(1 << 20)
	if err := write("three\n"); err == nil {
		t.Error("a line was written after a torn one")
	}
	f.broken = false
	if err := write("four\n"); err != nil || content(t, path) != "one\nfour\n" {
		t.Errorf("%v, %q", err, content(t, path))
	}
	if bytes.Contains([]byte(content(t, path)), []byte("tw")) {
		t.Error("the torn line is still there")
	}
}

// jsonLines writes events as lines.
type jsonLines struct{ *Log }

func (l jsonLines) Event(_ context.Context, e *pipeline.Event) error {
	_, err := l.Write(append(e.AppendJSON(nil), '\n'))
	return err
}
