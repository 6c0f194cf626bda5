package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

type testGrammar struct {
	Do struct {
		testCommand
	} `cmd:"" help:"Do."`
}

type testCommand struct {
	How string `arg:"" help:"How."`
}

// Run ends as it is told.
func (c *testCommand) Run(env *Env) error {
	switch c.How {
	case "well":
		return env.JSON(map[string]int{"n": 1})
	case "usage":
		return Usagef("not like %s", "this")
	case "quiet":
		return Quiet(Negative)
	case "missing":
		return fmt.Errorf("looking: %w", fs.ErrNotExist)
	case "cancelled":
		return fmt.Errorf("waiting: %w", context.Canceled)
	}
	return errors.New("bad")
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		args        []string
		code        int
		out, errors string // parts
	}{
		{[]string{"do", "well"}, OK, "{\"n\":1}\n", ""},
		{[]string{"do", "usage"}, Usage, "", "tool: not like this\n"},
		{[]string{"do", "quiet"}, Negative, "", ""},
		{[]string{"do", "missing"}, Missing, "", "tool: looking: file does not exist\n"},
		{[]string{"do", "cancelled"}, Interrupted, "", "tool: interrupted\n"},
		{[]string{"do", "badly"}, BadInput, "", "tool: bad\n"},
		{[]string{"do"}, Usage, "", "See tool do --help.\n"},
		{[]string{"undo"}, Usage, "", "See tool --help.\n"},
		{[]string{"--help"}, OK, "Exit codes", ""},
		{nil, OK, "Exit codes", ""},
	} {
		var out, errs bytes.Buffer
		code := Run(App{Name: "tool", Description: "A tool.", Grammar: &testGrammar{}}, c.args,
			&Env{Context: t.Context(), Stdout: &out, Stderr: &errs})
		if code != c.code || !strings.Contains(out.String(), c.out) || !strings.Contains(errs.String(), c.errors) || c.errors == "" && errs.Len() > 0 {
			t.Errorf("%v: code %d, output %q, errors %q; want %d, %q, %q", c.args, code, out.String(), errs.String(), c.code, c.out, c.errors)
		}
	}
}

// TestOutputThatIsNotRead runs Main in a process whose output nobody reads,
// which ends it with a code and a reason, and not by a signal.
func TestOutputThatIsNotRead(t *testing.T) {
	if args := os.Getenv("OCELLUS_TEST_UNREAD"); args != "" {
		os.Args = append([]string{"tool"}, strings.Fields(args)...)
		os.Exit(Main(App{Name: "tool", Grammar: &testGrammar{}}))
	}
	self, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	for _, args := range []string{"do well", "do --help"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
		var errs bytes.Buffer
		cmd := exec.Command(self, "-test.run=^TestOutputThatIsNotRead$")
		cmd.Env = append(os.Environ(), "OCELLUS_TEST_UNREAD="+args)
		cmd.Stdout, cmd.Stderr = w, &errs
		if err := cmd.Start(); err != nil {
			t.Skip("this test cannot start itself: ", err) // on an emulated CPU
		}
		w.Close()
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != Missing || errs.String() != "tool: write /dev/stdout: broken pipe\n" {
			t.Errorf("%s: %v: %s", args, cmd.ProcessState, errs.String())
		}
	}
}

func TestCodeOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, OK},
		{errors.New("any"), BadInput},
		{Exit(Missing, errors.New("any")), Missing},
		{fmt.Errorf("around: %w", Quiet(Negative)), Negative},
		{&fs.PathError{Op: "write", Path: "x", Err: errors.New("disk full")}, Missing},
		{&exec.Error{Name: "npm", Err: exec.ErrNotFound}, Missing},
	} {
		if got := CodeOf(c.err); got != c.code {
			t.Errorf("CodeOf(%v) = %d, want %d", c.err, got, c.code)
		}
	}
	if Exit(Missing, nil) != nil {
		t.Error("no error became one")
	}
}

func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		Bytes(17): "17 B", Bytes(1536): "1.5 KiB", Bytes(3 << 20): "3.0 MiB", Bytes(5 << 30): "5.0 GiB",
		Count(999): "999", Count(1500): "1.5 k", Count(2_340_000): "2.34 M", Count(7e9): "7.00 G",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	b := Build{Version: "v1.2.3", Revision: "0123456789abcdef", Modified: true, Go: "go1", OS: "linux", Arch: "arm64"}
	if got, want := b.String(), "v1.2.3 (0123456789ab, modified) go1 linux/arm64"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestTable(t *testing.T) {
	var out bytes.Buffer
	env := &Env{Stdout: &out}
	if err := env.Table([][]string{{"a", "bb", ""}, {"cccc", "d", "e"}}); err != nil || out.String() != "a     bb\ncccc  d   e\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// TestProgress demands silence for quick work and for programs, and a bar for
// people on long work.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		tty  bool
		took time.Duration
		bar  bool
	}{{true, 0, false}, {true, 2 * patience, true}, {false, 2 * patience, false}} {
		var errs bytes.Buffer
		p := (&Env{Stderr: &errs, StderrTTY: c.tty}).Progress("work", 10)
		p.start = p.start.Add(-c.took)
		for range 3 {
			p.Step()
		}
		if got := strings.Contains(errs.String(), "work"); got != c.bar {
			t.Errorf("terminal %v after %v: %q, want a bar: %v", c.tty, c.took, errs.String(), c.bar)
		}
		p.Clear()
		p.Set(99)
		p.Close()
	}
}

// TestProgressIsDrawnSeldom has a bar of much quick work drawn by the time
// that goes by, not by the piece.
func TestProgressIsDrawnSeldom(t *testing.T) {
	var errs bytes.Buffer
	p := (&Env{Stderr: &errs, StderrTTY: true}).Progress("work", 1000)
	p.start = p.start.Add(-2 * patience)
	began := time.Now()
	for range 999 {
		p.Step()
	}
	most := 2 + int(time.Since(began)/redraw)
	if n := strings.Count(errs.String(), "work"); n == 0 || n > most {
		t.Errorf("drawn %d times, want 1 to %d", n, most)
	}
	p.Close()
}

func TestHelpTellsDefaults(t *testing.T) {
	var g struct {
		Top  int    `help:"How many." default:"5" placeholder:"N"`
		Seed int    `help:"What it hangs on." default:"1"`
		Free string `help:"Nothing in particular." placeholder:"TEXT"`
	}
	var out, errs bytes.Buffer
	if code := Run(App{Name: "some", Grammar: &g}, []string{"--help"}, &Env{Stdout: &out, Stderr: &errs, Context: t.Context()}); code != OK {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	for _, want := range []string{"How many. Default: 5.\n", "--seed=1", "hangs on.\n", "particular.\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}
