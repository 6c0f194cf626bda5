package main

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/internal/cli"
)

// TestRunWhoseOutputIsClosed has who reads the events go after the first, as
// head does: the run says what it did, and leaves a whole video behind.
func TestRunWhoseOutputIsClosed(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	video := filepath.Join(t.TempDir(), "seen.avi")
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	var errs bytes.Buffer
	code := make(chan int)
	go func() {
		args := []string{"run", "--source", walk(t), "--loop", "--model", spots, "--no-track", "--as-fast-as-possible", "--record", video}
		code <- cli.Run(app(), args, &cli.Env{Context: ctx, Stdout: w, Stderr: &errs})
	}()
	if _, err := bufio.NewReader(r).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if got := <-code; got != cli.Missing || ctx.Err() != nil {
		t.Errorf("exit code %d, want %d; after 10 s: %v", got, cli.Missing, ctx.Err())
	}
	for _, want := range []string{"frames of 128×96", "could not be written to the output", "broken pipe"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("the end lacks %q:\n%s", want, errs.String())
		}
	}
	if b, err := os.ReadFile(video); err != nil || !bytes.Contains(b, []byte("idx1")) {
		t.Errorf("the video has no index, so it was not closed: %d bytes, %v", len(b), err)
	}
}

// TestRunWithoutFrames has sources that never give a frame: a pipe that stays
// silent, folders with damaged pictures and with none.
func TestRunWithoutFrames(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	defer func(f *os.File) { os.Stdin = f }(os.Stdin)
	os.Stdin = r
	damaged := t.TempDir()
	for _, name := range []string{"a.png", "b.png"} {
		if err := os.WriteFile(filepath.Join(damaged, name), []byte("no picture"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		source string
		code   int
		says   []string
	}{
		{"raw:grey:64x48", cli.Missing, []string{"camera1: no frame\n", "ocellus: raw:grey:64x48: there was not one frame; "}},
		{damaged, cli.BadInput, []string{": no frame\n", "there was not one frame: ", "b.png: is not a picture"}},
		{t.TempDir(), cli.BadInput, []string{"there is no picture in this folder"}},
		{"nosuch", cli.Missing, []string{"no such file or folder"}},
	} {
		_, errs, code := run(t, "run", "--source", c.source, "--model", spots, "--as-fast-as-possible", "--duration", "300ms")
		for _, want := range c.says {
			if code != c.code || !strings.Contains(errs, want) {
				t.Errorf("%s: exit code %d, want %d, and %q:\n%s", c.source, code, c.code, want, errs)
			}
		}
	}
}
