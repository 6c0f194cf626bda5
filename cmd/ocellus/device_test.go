//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/pipeline"
)

// patience is how long anything may take on an emulated CPU.
const patience = 2 * time.Minute

// device returns the binary that `make test-device` tests, and the folder that
// its models lie in.
func device(t *testing.T) (binary, models string) {
	t.Helper()
	binary = os.Getenv("OCELLUS_DEVICE")
	if binary == "" {
		t.Skip("needs virtual cameras: run make test-device")
	}
	return binary, filepath.Dir(binary)
}

// TestDeviceListsCameras wants the virtual camera, with a format that is read.
func TestDeviceListsCameras(t *testing.T) {
	binary, _ := device(t)
	out, err := exec.Command(binary, "cameras", "--json").Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, cam := range lines[[]capture.Camera](t, string(out))[0] {
		for _, f := range cam.Formats {
			if cam.Driver == "vivid" && cam.Reason == "" && f.Format == "yuyv" && len(f.Sizes) > 0 && len(cam.Controls) > 0 {
				return
			}
		}
	}
	t.Errorf("no virtual camera in %s", out)
}

// vividDriver binds and unbinds the virtual camera: its device vanishes, and
// comes back.
const vividDriver = "/sys/bus/platform/drivers/vivid/"

func tellVivid(t *testing.T, what string) {
	t.Helper()
	if err := os.WriteFile(vividDriver+what, []byte("vivid.0"), 0o200); err != nil {
		t.Fatal(err)
	}
}

// TestDeviceRun runs ocellus on the virtual camera as systemd would: it finds
// something, outlives three times that the camera vanishes, has no more files
// open after that than before, and ends in order.
func TestDeviceRun(t *testing.T) {
	binary, models := device(t)
	r := startRun(t, binary, "run", "--source", "camera:vivid", "--format", "yuyv", "--model", filepath.Join(models, "spots.onnx"),
		"--score", "0.2", "--capture", "320x180@10", "--threads", "1", "--update", "1s")
	r.untilState(capture.OK)
	r.untilSeen()
	before := r.openFiles()
	for range 3 {
		tellVivid(t, "unbind")
		if e := r.untilState(capture.Gone); e.Detail == "" {
			t.Errorf("nothing is said of why it has gone: %+v", e)
		}
		tellVivid(t, "bind")
		r.untilState(capture.OK)
		r.untilSeen()
	}
	if after := r.openFiles(); after > before {
		t.Errorf("%d files are open, %d were before the camera vanished", after, before)
	}
	s := r.stop().Sources[0]
	if s.Reopened < 3 || s.Frames < 4 || s.Dropped.Failed > 0 || s.Tracks < 1 {
		t.Errorf("figures %+v", s)
	}
}

// deviceRun is an ocellus run under way, with a service manager that listens.
type deviceRun struct {
	t        *testing.T
	command  *exec.Cmd
	events   chan pipeline.Event
	summary  chan runSummary
	errs     bytes.Buffer
	notified chan string // what the service manager is told
}

// startRun starts a command line of run, and takes care that it ends.
func startRun(t *testing.T, binary string, args ...string) *deviceRun {
	t.Helper()
	r := &deviceRun{t: t, events: make(chan pipeline.Event, 1000), summary: make(chan runSummary, 1), notified: make(chan string, 1000)}
	r.command = exec.Command(binary, append(args, "--events", "-", "--json")...)
	r.command.Env = append(os.Environ(), "NOTIFY_SOCKET="+r.listen(), "WATCHDOG_USEC=3000000")
	r.command.Stderr = &r.errs
	out, err := r.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.command.Process.Kill() }) // it has ended, unless the test failed
	go r.read(bufio.NewScanner(out))
	return r
}

// read takes apart what is printed: events, and the figures at the end.
func (r *deviceRun) read(s *bufio.Scanner) {
	defer close(r.summary)
	defer close(r.events)
	for s.Scan() {
		var e pipeline.Event
		if json.Unmarshal(s.Bytes(), &e) != nil {
			r.t.Errorf("no JSON: %s", s.Bytes())
		}
		if e.Type != "summary" {
			r.events <- e
			continue
		}
		var sum runSummary
		if json.Unmarshal(s.Bytes(), &sum) != nil {
			r.t.Errorf("no figures: %s", s.Bytes())
		}
		r.summary <- sum
	}
}

// listen is the service manager's end of sd_notify(3).
func (r *deviceRun) listen() (path string) {
	path = filepath.Join(r.t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := c.Read(buf)
			if err != nil {
				close(r.notified)
				return
			}
			select {
			case r.notified <- string(buf[:n]):
			default: // enough has been said
			}
		}
	}()
	return path
}

// untilState waits until the source is told to fare so.
func (r *deviceRun) untilState(h capture.Health) pipeline.Event {
	r.t.Helper()
	return r.until("the state "+string(h), func(e *pipeline.Event) bool { return e.Type == pipeline.State && e.Reason == string(h) })
}

// untilSeen waits until something is in the picture, be it new there or not.
func (r *deviceRun) untilSeen() pipeline.Event {
	r.t.Helper()
	return r.until("anything in the picture", func(e *pipeline.Event) bool {
		return e.Type == pipeline.Found || e.Type == pipeline.Enter || e.Type == pipeline.Update
	})
}

// until waits for an event.
func (r *deviceRun) until(what string, is func(*pipeline.Event) bool) pipeline.Event {
	r.t.Helper()
	late := time.After(patience)
	for told := ""; ; {
		select {
		case e, more := <-r.events:
			if !more {
				_ = r.command.Wait()
				r.t.Fatalf("it ended before %s: %v: %s", what, r.command.ProcessState, r.errs.String())
			}
			if is(&e) {
				return e
			}
			told += fmt.Sprintf(" %s %s,", e.Type, e.Reason)
		case <-late:
			r.t.Fatalf("no event tells of %s in %v, but%s", what, patience, told)
		}
	}
}

func (r *deviceRun) openFiles() int {
	r.t.Helper()
	list, err := os.ReadDir("/proc/" + strconv.Itoa(r.command.Process.Pid) + "/fd")
	if err != nil {
		r.t.Fatal(err)
	}
	return len(list)
}

// stop ends the run as a service manager does, and returns its figures. The
// exit code has to be 0, and the service manager well informed.
func (r *deviceRun) stop() runSummary {
	r.t.Helper()
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		r.t.Fatal(err)
	}
	go func() {
		for range r.events {
		}
	}()
	var sum runSummary
	select {
	case sum = <-r.summary:
	case <-time.After(patience):
		r.t.Fatal("it does not end")
	}
	if err := r.command.Wait(); err != nil || r.command.ProcessState.ExitCode() != cli.OK {
		r.t.Errorf("%v: %s", err, r.errs.String())
	}
	if len(sum.Sources) != 1 {
		r.t.Fatalf("figures %+v: %s", sum, r.errs.String())
	}
	r.informed()
	return sum
}

// informed holds what the service manager was told against what a unit of
// Type=notify with a watchdog needs.
func (r *deviceRun) informed() {
	r.t.Helper()
	said := map[string]int{}
	for len(r.notified) > 0 {
		for _, l := range strings.Split(<-r.notified, "\n") {
			said[l]++
		}
	}
	if said["READY=1"] != 1 || said["WATCHDOG=1"] < 2 || said["STOPPING=1"] != 1 {
		r.t.Errorf("the service manager was told %v", said)
	}
}
