package train_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/train"
	"github.com/ocellus-vision/ocellus/train/optim"
	"github.com/ocellus-vision/ocellus/vision"
)

// childEnv has a test of this file run in a process of its own, in a folder:
// "run DIR", or "full DIR" for one that runs out of room.
const childEnv = "OCELLUS_TRAIN_CHILD"

// TestSameBytes: the number of threads changes nothing, and the network learns.
func TestSameBytes(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	var last train.Step
	want, err := tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: one, Step: func(s train.Step) { last = s }}, 1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: two}, 2)
	if err != nil {
		t.Fatal(err)
	}
	sameRun(t, "two threads", two, one, got, want)
	if last.Ended == nil || last.Ended.Train.Accuracy() < 0.9 {
		t.Errorf("after the last step: %+v; accuracy should be above 0.9", last)
	}
	other := tinyConfig()
	other.Seed++
	if got, err = tinyRun(t, t.Context(), other, train.Options{}, 2); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		t.Error("another seed gives the same network")
	}
}

// TestStopped interrupts a run at every few steps, and goes on.
func TestStopped(t *testing.T) {
	t.Run("each batch a step", func(t *testing.T) { stopped(t, tinyConfig(), 7) })
	c := tinyConfig()
	c.Batch, c.Accumulate = 4, 4 // 18 batches an epoch: the last step has two
	t.Run("accumulated", func(t *testing.T) { stopped(t, c, 4) })
}

func stopped(t *testing.T, c train.Config, every int) {
	whole, dir := t.TempDir(), t.TempDir()
	want, err := tinyRun(t, t.Context(), c, train.Options{Dir: whole}, 2)
	if err != nil {
		t.Fatal(err)
	}
	for stops := 0; ; stops++ {
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		got, err := tinyRun(t, ctx, c, train.Options{Dir: dir, Resume: stops > 0, Step: func(train.Step) {
			if steps++; steps == every {
				cancel()
			}
		}}, 1+stops%2)
		cancel()
		if err == nil {
			if stops < 3 {
				t.Errorf("stopped %d times only", stops)
			}
			sameRun(t, "stopped now and then", dir, whole, got, want)
			if a, b := logged(t, dir), logged(t, whole); a != b {
				t.Errorf("log is\n%s, that of the undisturbed run\n%s", a, b)
			}
			return
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if epoch, epochs, ok := train.Unfinished(dir); !ok || epoch < 1 || epochs != 4 {
			t.Errorf("unfinished: epoch %d of %d, %v", epoch, epochs, ok)
		}
	}
}

// logged is a log without times.
func logged(t *testing.T, dir string) string {
	var b strings.Builder
	for _, l := range strings.Split(string(read(t, dir, train.LogFile)), "\n") {
		head, _, _ := strings.Cut(l, `"examples_per_second"`)
		head, _, _ = strings.Cut(head, `"time"`)
		b.WriteString(head + "\n")
	}
	return b.String()
}

// child runs a test of this file in another process, and kills it when it has
// printed so many lines; 0: it may end.
func child(t *testing.T, test, what, dir string, kill int) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+test+"$", "-test.v")
	cmd.Env = append(os.Environ(), childEnv+"="+what+" "+dir)
	var all strings.Builder
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "step ") {
			n++
		}
		all.WriteString(lines.Text() + "\n")
		if n == kill && kill > 0 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	err = cmd.Wait()
	if kill == 0 && err != nil {
		t.Fatalf("%v\n%s", err, all.String())
	}
	return all.String()
}

// isChild runs f where this process is a child.
func isChild(f func(what, dir string)) bool {
	what, dir, ok := strings.Cut(os.Getenv(childEnv), " ")
	if ok {
		f(what, dir)
	}
	return ok
}

// TestKilled kills processes that train with SIGKILL, at random steps, and goes
// on in others: the bytes are those of a run that nothing happened to.
func TestKilled(t *testing.T) {
	if isChild(func(_, dir string) {
		_, err := os.Stat(filepath.Join(dir, train.CheckpointFile))
		_, err = tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: dir, Resume: err == nil, Every: time.Nanosecond,
			Step: func(s train.Step) { fmt.Println("step", s.Step) }}, 2)
		if err != nil {
			t.Fatal(err)
		}
	}) {
		return
	}
	whole, dir := t.TempDir(), t.TempDir()
	want, err := tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: whole}, 2)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	for i := range uint64(3) {
		child(t, "TestKilled", "run", dir, 2+int(data.Draw(seed, i)%8))
	}
	got, err := tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: dir, Resume: true}, 1)
	if err != nil {
		t.Fatal(err)
	}
	sameRun(t, "killed three times", dir, whole, got, want)
}

// TestNoRoom lets the room for files end in the midst of a run: the checkpoint
// before it stays, the run tells of it, and goes on from it later.
func TestNoRoom(t *testing.T) {
	if isChild(func(_, dir string) {
		signal.Ignore(syscall.SIGXFSZ)
		_, err := tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: dir, Every: time.Nanosecond, Step: func(s train.Step) {
			if s.Step == 12 {
				limit := syscall.Rlimit{Cur: 100_000, Max: 100_000}
				if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
					t.Fatal(err)
				}
			}
		}, Note: func(format string, args ...any) { fmt.Printf("note: "+format+"\n", args...) }}, 1)
		fmt.Println("ended:", err)
	}) {
		return
	}
	dir := t.TempDir()
	out := child(t, "TestNoRoom", "full", dir, 0)
	if !strings.Contains(out, "note: the checkpoint of step 13 could not be written") || !strings.Contains(out, "ended: write") {
		t.Errorf("the child prints\n%s", out)
	}
	whole := t.TempDir()
	want, err := tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: whole}, 1)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: dir, Resume: true}, 1)
	if err != nil {
		t.Fatal(err)
	}
	sameRun(t, "after the room ended", dir, whole, got, want)
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// TestCheckpointRefused damages a checkpoint, and changes what it is of.
func TestCheckpointRefused(t *testing.T) {
	dir := t.TempDir()
	c := tinyConfig()
	c.Epochs = 1
	if _, err := tinyRun(t, t.Context(), c, train.Options{Dir: dir}, 1); err != nil {
		t.Fatal(err)
	}
	good := read(t, dir, train.CheckpointFile)
	try := func(name string, b []byte, c train.Config, want string) {
		t.Helper()
		file := filepath.Join(dir, train.CheckpointFile)
		if err := os.WriteFile(file, b, 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := tinyRun(t, t.Context(), c, train.Options{Dir: dir, Resume: true}, 1)
		var e *train.ErrCheckpoint
		if !errors.As(err, &e) || e.File != file || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one that says %q", name, err, want)
		}
	}
	for i := range 8 {
		b := bytes.Clone(good)
		b[int(data.Draw(uint64(i))%uint64(len(b)))] ^= 0x10
		try("a bit that flipped", b, c, "is ")
		try("cut short", good[:int(data.Draw(uint64(i), 1)%uint64(len(good)))], c, "is ")
	}
	other := c
	other.Rate = 0.5
	try("another rate", good, other, "rate is 0.02, not 0.5")
	other = c
	other.Seed = 6
	try("another seed", good, other, "seed is 5, not 6")
	if _, err := tinyRun(t, t.Context(), c, train.Options{Dir: t.TempDir(), Resume: true}, 1); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no checkpoint: error %v", err)
	}
}

func TestConfigRefused(t *testing.T) {
	for name, change := range map[string]func(*train.Config){
		"epochs":       func(c *train.Config) { c.Epochs = 0 },
		"accumulation": func(c *train.Config) { c.Accumulate = 1 + tinyCount/c.Batch },
		"batch":        func(c *train.Config) { c.Batch = 1000 },
		"warm-up":      func(c *train.Config) { c.WarmUp = 9 },
		"smoothing":    func(c *train.Config) { c.Smoothing = 1 },
		"optimiser":    func(c *train.Config) { c.Optimizer = "lion" },
		"schedule":     func(c *train.Config) { c.Schedule = "sine" },
		"rate":         func(c *train.Config) { c.Rate = 0 },
		"average":      func(c *train.Config) { c.Average = 1 },
	} {
		c := tinyConfig()
		change(&c)
		learn := tinySet(t, t.TempDir())
		task, err := train.NewClassifier(learn, nil, vision.Preprocess{Width: tinySide, Height: tinySide, Colour: vision.Gray, Scale: [3]float32{1}}, &c, false)
		if err == nil {
			_, err = train.Run(t.Context(), tinyNet(t), task, c, train.Options{})
		}
		var e *train.ErrConfig
		var o *optim.ErrOption
		if !errors.As(err, &e) && !errors.As(err, &o) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestDiverged: a rate that is far too high ends the run.
func TestDiverged(t *testing.T) {
	c := tinyConfig()
	c.Rate, c.WarmUp, c.Clip, c.Decay = 1e6, 0, 0, 1
	_, err := tinyRun(t, t.Context(), c, train.Options{}, 1)
	var e *train.ErrDiverged
	if !errors.As(err, &e) || e.Step < 2 {
		t.Errorf("error %v, want an *ErrDiverged", err)
	}
}

// TestPatience ends a run that gains no more, with the weights of its best
// epoch.
func TestPatience(t *testing.T) {
	c := tinyConfig()
	c.Epochs, c.Patience = 30, 2
	task := tinyTask(t, &c)
	res, err := train.Run(t.Context(), tinyNet(t), task, c, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !res.Early || len(res.History) != res.Epoch+2 {
		t.Fatalf("%d epochs, the best %d, early %v", len(res.History), res.Epoch, res.Early)
	}
	got, err := task.Judge(t.Context(), res.Graph, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := res.History[res.Epoch-1].Validation; got != want {
		t.Errorf("the network of the best epoch has %+v, when it was best it had %+v", got, want)
	}
}

// TestUnread leaves out pictures that cannot be read, and names them.
func TestUnread(t *testing.T) {
	dir := t.TempDir()
	for _, class := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(dir, class), 0o777); err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			img := vision.NewImage(tinySide, tinySide)
			if err := img.SavePNG(filepath.Join(dir, class, fmt.Sprint(i, ".png"))); err != nil {
				t.Fatal(err)
			}
		}
	}
	set, err := data.OpenLabelled("folders:"+dir, data.All, data.Options{})
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "b", "2.png")
	if err := os.WriteFile(broken, []byte("\x89PNG\r\n\x1a\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	c := tinyConfig()
	c.Batch, c.Classes = 4, 2
	task := classifier(t, set, set, &c, false)
	res, err := train.Run(t.Context(), tinyNet(t), task, c, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if e := res.History[0]; e.Train.Seen != 8 || e.Validation.Seen != 7 {
		t.Errorf("%+v, want 8 pictures to learn from, one of them twice, and 7 to judge by", e)
	}
	if u := task.Skipped(); len(u) != 1 || !strings.Contains(u[0].Error(), "2.png") {
		t.Errorf("left out: %v, want 2.png", u)
	}
	task = classifier(t, set, set, &c, true)
	var e *data.ErrFile
	if _, err := train.Run(t.Context(), tinyNet(t), task, c, train.Options{}); !errors.As(err, &e) || !strings.Contains(e.File, "2.png") {
		t.Errorf("strict: error %v", err)
	}
}
