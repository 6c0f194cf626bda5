package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// child is a program of another project that writes frames to its standard
// output. It ends with Close, and with this process.
type child struct {
	cmd    *exec.Cmd
	out    *os.File // its output
	said   tail     // on standard error
	exited chan struct{}
	err    error // of exit, once exited is closed
}

// exitGrace is how long what a child left behind may hold its standard error
// open.
const exitGrace = time.Second

// childPatience is how long a program has for its first output: streams have
// to be looked into until a picture stands by itself.
const childPatience = 12 * time.Second

var errSilent = errors.New("nothing came in " + childPatience.String())

// startChild starts a program. What it says is kept, with secrets replaced,
// and shown to see.
func startChild(program string, args []string, hide *strings.Replacer, see func(line string)) (*child, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	c := &child{cmd: exec.Command(program, args...), out: r, exited: make(chan struct{})}
	c.said.hide, c.said.see = hide, see
	c.cmd.Stdout, c.cmd.Stderr = w, &c.said
	c.cmd.WaitDelay = exitGrace
	tie(c.cmd)
	if err := c.cmd.Start(); err != nil {
		r.Close()
		return nil, err
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.exited)
	}()
	return c, nil
}

// first does what waits for the child's first output; errSilent when that does
// not come.
func (c *child) first(wait func() error) error {
	var late atomic.Bool
	t := time.AfterFunc(childPatience, func() {
		late.Store(true)
		kill(c.cmd.Process)
	})
	defer t.Stop()
	err := wait()
	if err != nil && late.Load() {
		return errSilent
	}
	return err
}

// stop ends the child, and a read of its output.
func (c *child) stop() {
	select {
	case <-c.exited:
	default:
		kill(c.cmd.Process)
	}
	c.out.Close()
	<-c.exited
}

// ended waits for a child whose output has ended, and returns why it failed
// in its own words, or "".
func (c *child) ended() string {
	select {
	case <-c.exited:
	case <-time.After(exitGrace): // it closed its output only
		kill(c.cmd.Process)
		<-c.exited
	}
	if c.err == nil || errors.Is(c.err, exec.ErrWaitDelay) {
		return ""
	}
	if s := c.said.String(); s != "" {
		return s
	}
	return c.err.Error()
}

const (
	tailLines   = 6
	tailLineMax = 300 // bytes of a line that are kept
)

// tail keeps the last lines that are written to it, but for those that only
// inform.
type tail struct {
	hide *strings.Replacer
	see  func(line string) // nil: nobody

	mu    sync.Mutex
	part  []byte // of a line
	lines []string
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n := len(b); ; {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		if room := tailLineMax - len(t.part); room > 0 {
			t.part = append(t.part, line[:min(room, len(line))]...)
		}
		if !whole {
			return n, nil
		}
		t.add(strings.TrimSpace(string(t.part)))
		t.part, b = t.part[:0], rest
	}
}

// partOf is how ffmpeg names a part of itself and its place in memory.
var partOf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\[[^\]]+ @ 0x[0-9a-f]+\] `) })

func (t *tail) add(line string) {
	if t.see != nil {
		t.see(line)
	}
	line = partOf().ReplaceAllString(line, "")
	line = strings.TrimPrefix(strings.TrimPrefix(line, "[error] "), "[fatal] ")
	if line == "" || strings.Contains(line, "[info]") || strings.Contains(line, " INFO ") {
		return
	}
	if len(t.lines) == tailLines {
		t.lines = t.lines[1:]
	}
	t.lines = append(t.lines, t.hide.Replace(line))
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.part) > 0 {
		t.add(strings.TrimSpace(string(t.part)))
		t.part = t.part[:0]
	}
	return strings.Join(t.lines, "; ")
}

// hider replaces an address by one without its password, however it is
// written.
func hider(spec string) *strings.Replacer {
	pairs := []string{spec, redact(spec)}
	if _, rest, ok := strings.Cut(spec, "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		if at := strings.LastIndexByte(host, '@'); at > 0 {
			pairs = append(pairs, host[:at+1], "…@")
			if _, password, ok := strings.Cut(host[:at], ":"); ok && password != "" {
				pairs = append(pairs, password, "…")
			}
		}
	}
	return strings.NewReplacer(pairs...)
}

// childError words why a program could not be started.
func childError(source, program string, err error, cure string) *ErrCapture {
	e := &ErrCapture{Source: source, Reason: Unsupported, Why: program + " cannot be started: " + err.Error(), Err: err}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
		e.Why, e.Cure = program+" is not installed", cure
	}
	return e
}

// endOf returns what a read of a child's output that failed means: io.EOF at
// a clean end of what ends.
func (c *child) endOf(name, program string, live bool, err error) error {
	why := c.ended()
	switch {
	case why != "":
		return &ErrCapture{Source: name, Reason: Unplugged, Why: program + " has ended: " + why, Err: err}
	case live:
		return &ErrCapture{Source: name, Reason: Unplugged, Why: "the stream has ended", Err: err}
	}
	return io.EOF
}

// piped is a source that a child writes.
type piped struct {
	player
	child *child
	done  chan struct{} // closed when nobody reads the child any more
}

// begin reads frames from the child from now on.
func (p *piped) begin(info Info, o *Options, read reading) {
	p.player, p.done = newPlayer(info, o), make(chan struct{})
	go func() {
		defer close(p.done)
		p.run(read)
	}()
}

// Close ends the child.
func (p *piped) Close() error {
	p.close()
	p.child.stop()
	<-p.done
	return nil
}
