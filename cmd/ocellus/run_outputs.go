package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/out"
	"github.com/ocellus-vision/ocellus/serve"
)

// outputs are where what the loops find goes.
type outputs struct {
	env    *cli.Env
	file   *config.File
	stop   context.CancelCauseFunc // ends the run
	shared []pipeline.Sink         // by all sources
	queues []queued
	closes []func(context.Context) error // in the order in which to close
	states []func() serve.Output         // how each fares
	once   sync.Once
	err    error
}

// queued is a queue before something that may be slow.
type queued struct {
	*pipeline.Queue
	name string
}

const (
	queueRoom     = 1024            // events that wait for a slow consumer
	drainPatience = 5 * time.Second // for what waits, at the end
	minFree       = 64 << 20        // bytes of a disk that are left alone
	usualRate     = 25              // frames a second of a recording whose source tells no rate
)

func openOutputs(env *cli.Env, f *config.File, stop context.CancelCauseFunc) (*outputs, error) {
	o := &outputs{env: env, file: f, stop: stop}
	for _, open := range []func() error{o.openStdout, o.openLog, o.openSnapshots} {
		if err := open(); err != nil {
			return nil, errors.Join(cli.Exit(cli.Missing, err), o.close())
		}
	}
	return o, nil
}

func (o *outputs) openStdout() error {
	if !o.file.Events.Stdout {
		return nil
	}
	var sink pipeline.Sink = pipeline.NewLines(o.env.Stdout)
	if o.env.StdoutTTY {
		sink = &readable{env: o.env}
	}
	o.queue("the output", &untilUnread{sink, o.stop})
	return nil
}

// untilUnread ends the run when nobody reads any more what its sink writes to,
// as after | head.
type untilUnread struct {
	pipeline.Sink
	stop context.CancelCauseFunc
}

// Event passes an event on.
func (u *untilUnread) Event(ctx context.Context, e *pipeline.Event) error {
	err := u.Sink.Event(ctx, e)
	if errors.Is(err, syscall.EPIPE) {
		u.stop(err)
	}
	return err
}

func (o *outputs) openLog() error {
	e := &o.file.Events
	if e.File == "" {
		return nil
	}
	if st, err := os.Stat(e.File); err == nil && !st.Mode().IsRegular() {
		return o.openPipe(e.File)
	}
	log, err := out.OpenLog(e.File, out.LogOptions{MaxSize: int64(e.MaxSize), Keep: e.Keep})
	if err != nil {
		return place{"events.file", e.File, false}.wrap(err)
	}
	log.State.Tell = o.teller(e.File)
	o.queue(e.File, pipeline.NewLines(log))
	o.closes = append(o.closes, func(context.Context) error { return log.Close() })
	return nil
}

// openPipe opens what is no file that could be begun anew: a pipe, a terminal.
// A pipe that nobody reads is an error rather than a wait.
func (o *outputs) openPipe(path string) error {
	w, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ENXIO) {
		return fmt.Errorf("%s: nobody reads this pipe; start its reader first", path)
	}
	if err != nil {
		return err
	}
	o.queue(path, pipeline.NewLines(w))
	o.closes = append(o.closes, func(context.Context) error { return w.Close() })
	return nil
}

func (o *outputs) openSnapshots() error {
	c := &o.file.Snapshots
	if c.Dir == "" {
		return nil
	}
	s, err := out.NewSnapshots(out.SnapshotOptions{Dir: c.Dir, Limits: out.Limits{Files: c.Keep, Bytes: int64(c.MaxSize), MinFree: minFree}})
	if err != nil {
		return place{"snapshots.dir", c.Dir, true}.wrap(err)
	}
	s.State.Tell = o.teller(c.Dir)
	o.shared = append(o.shared, s)
	o.closes = append(o.closes, s.Close)
	o.states = append(o.states, func() serve.Output {
		st := s.Stats()
		return serve.Output{Name: c.Dir, Written: st.Written, Dropped: st.Dropped, Failed: st.Failed, Problem: problem(s.State.Err())}
	})
	return nil
}

// queue puts a queue before a sink, which is closed before what it writes to.
func (o *outputs) queue(name string, s pipeline.Sink) {
	q := pipeline.NewQueue(s, queueRoom)
	o.queues = append(o.queues, queued{q, name})
	o.shared = append(o.shared, q)
	o.states = append(o.states, func() serve.Output {
		st := q.Stats()
		return serve.Output{Name: name, Written: st.Delivered, Dropped: st.Dropped, Failed: st.Failed, Problem: problem(st.Err)}
	})
	o.closes = append(o.closes, func(ctx context.Context) error {
		_ = q.Close(ctx) // what that leaves behind counts as dropped
		if st := q.Stats(); st.Failed > 0 {
			return fmt.Errorf("%s could not be written to %s: %w", cli.Numbered(st.Failed, "event"), name, st.Err)
		}
		return nil
	})
}

// sinks returns those of a source of so many frames a second.
func (o *outputs) sinks(s *config.Source, fps float64) ([]pipeline.Sink, error) {
	list := slices.Clone(o.shared)
	r := &o.file.Record
	if r.File == "" && r.Dir == "" {
		return list, nil
	}
	if fps == 0 {
		fps = usualRate
	}
	rec, err := out.NewRecorder(out.RecorderOptions{
		File: r.File, Dir: r.Dir, Name: s.Name, FPS: fps, MaxSize: int64(r.MaxSize), Every: s.Fast,
		Limits: out.Limits{Files: r.Keep, MinFree: minFree},
	})
	if err != nil {
		p := place{"record.file", r.File, false}
		if r.File == "" {
			p = place{"record.dir", r.Dir, true}
		}
		return nil, cli.Exit(cli.Missing, p.wrap(err))
	}
	rec.State.Tell = o.teller(r.File + r.Dir)
	if path := rec.Path(); r.File != "" && filepath.Base(path) != filepath.Base(r.File) {
		o.env.Notef("%s is there already and stays as it is: recording to %s\n", r.File, path)
	}
	o.closes = append(o.closes, func(ctx context.Context) error {
		err := rec.Close(ctx)
		if st := rec.Stats(); st.Dropped+st.Failed > 0 {
			o.env.Notef("%s: of the recording %d frames were written, %d left out and %d failed\n", s.Name, st.Written, st.Dropped, st.Failed)
		}
		return err
	})
	o.states = append(o.states, func() serve.Output {
		st := rec.Stats()
		return serve.Output{Name: "video of " + s.Name, Written: st.Written, Dropped: st.Dropped, Failed: st.Failed, Problem: problem(rec.State.Err())}
	})
	return append(list, rec), nil
}

func problem(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// state says how each output fares.
func (o *outputs) state() []serve.Output {
	list := make([]serve.Output, len(o.states))
	for i, s := range o.states {
		list[i] = s()
	}
	return list
}

// disks returns the folders that are written to.
func (o *outputs) disks() (list []string) {
	f := o.file
	for _, dir := range []string{folderOf(f.Events.File), f.Snapshots.Dir, folderOf(f.Record.File), f.Record.Dir} {
		if dir != "" && !slices.Contains(list, dir) {
			list = append(list, dir)
		}
	}
	return list
}

// folderOf returns where a file is, "" of none.
func folderOf(file string) string {
	if file == "" {
		return ""
	}
	return filepath.Dir(file)
}

// teller says when writing begins to fail and when it goes on.
func (o *outputs) teller(what string) func(error) {
	return func(err error) {
		if err != nil {
			o.env.Notef("ocellus: %s: %v\n", what, err)
		} else {
			o.env.Notef("ocellus: %s: written again\n", what)
		}
	}
}

// close writes what waits, and says what could not be written.
func (o *outputs) close() error {
	o.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), drainPatience)
		defer cancel()
		for _, c := range o.closes {
			if err := c(ctx); err != nil {
				o.err = errors.Join(o.err, cli.Exit(cli.Missing, err))
			}
		}
	})
	return o.err
}

// dropped returns how many events were left out because their consumer was too
// slow.
func (o *outputs) dropped() (n uint64) {
	for _, q := range o.queues {
		n += q.Stats().Dropped
	}
	return n
}
