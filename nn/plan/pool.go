package plan

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ocellus-vision/ocellus/kernels"
)

// Pool is a number of threads that Runners share. A Run holds one of them for
// as long as it lasts (Runs beyond that wait their turn, first come first
// served), and those left over help with the pieces of its steps, so that no
// more goroutines compute at a time than the Pool has threads.
type Pool struct {
	threads int
	version atomic.Int64 // counts what helpers may want to look at again
	wanted  atomic.Int64 // Runs that wait for a thread

	mu      sync.Mutex
	free    int // threads that neither run nor help
	first   *ticket
	last    *ticket
	jobs    []*job
	next    int // where the search for a job to help starts, for fairness
	parked  []*helper
	closed  bool
	helpers []*helper
	scratch int // bytes that every helper has, or is to take up
	exited  sync.WaitGroup
}

// ticket is a Run's place in the queue for a thread.
type ticket struct {
	ready chan struct{}
	next  *ticket
}

// job is one step of one Run, open to helpers while it has pieces left.
type job struct {
	exec    exec
	parts   int64
	next    atomic.Int64 // piece to be taken next
	running atomic.Int64 // helpers at work on it; changed under Pool.mu
	waited  bool         // the Run waits on done; under Pool.mu
	done    chan struct{}
}

// kernelArgs are the argument structs of one thread: a func value's argument
// would escape from the stack.
type kernelArgs struct {
	gemm    kernels.GemmF32Args
	taps    kernels.TapsF32Args
	element kernels.ElementF32Args

	softmax        kernels.SoftmaxF32Args
	depthwise      kernels.DepthwiseRowF32Args
	lrn            kernels.LRNF32Args
	span           kernels.RangeF32Args
	winogradInput  kernels.WinogradF32InputArgs
	winogradOutput kernels.WinogradF32OutputArgs

	outer            kernels.OuterF32Args
	perChannel       kernels.ChannelsF32Args
	scratch          []byte // as much as the pool's Runners have asked for; holds nothing from piece to piece
	gemmI8           kernels.GemmI8Args
	copyRows         kernels.CopyRowsArgs
	everyOtherI8     kernels.EveryOtherI8Args
	interleaveI8     kernels.InterleaveI8Args
	softmaxI8        kernels.SoftmaxI8Args
	winogradInputI8  kernels.WinogradI8InputArgs
	winogradGemmI8   kernels.WinogradI8GemmArgs
	winogradOutputI8 kernels.WinogradI8OutputArgs
	resizeI8         kernels.ResizeI8Args
	tapsI8           kernels.TapsI8Args
	elementI8        kernels.ElementI8Args
}

type helper struct {
	pool  *Pool
	wake  chan struct{}
	args  kernelArgs
	spare []byte // scratch that is to take the place of args'; under Pool.mu
}

// reserve gives every helper so much scratch memory. It takes it up with the
// next job.
func (p *Pool) reserve(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if bytes <= p.scratch {
		return
	}
	p.scratch = bytes
	for _, h := range p.helpers {
		h.spare = alignedBytes(bytes)
	}
}

// NewPool starts a pool of at least one thread. One thread more than the
// machine has cores is of no use, and none is refused.
func NewPool(threads int) *Pool {
	threads = max(threads, 1)
	p := &Pool{threads: threads, free: threads, jobs: make([]*job, 0, 4*threads)}
	for range threads - 1 {
		h := &helper{pool: p, wake: make(chan struct{}, 1)}
		p.parked = append(p.parked, h)
		p.helpers = append(p.helpers, h)
		p.exited.Add(1)
		go h.loop()
	}
	return p
}

// Threads returns the number of threads.
func (p *Pool) Threads() int { return p.threads }

// Close ends the helpers. Runs that come after it compute on their own
// goroutine alone. Close is idempotent and waits for the helpers.
func (p *Pool) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		p.version.Add(1)
		for _, h := range p.parked {
			close(h.wake)
		}
		p.parked = nil
	}
	p.mu.Unlock()
	p.exited.Wait()
}

// enter takes a thread for a Run.
func (p *Pool) enter(t *ticket) {
	p.mu.Lock()
	if p.free > 0 && p.first == nil {
		p.free--
		p.mu.Unlock()
		return
	}
	t.next = nil
	if p.last == nil {
		p.first = t
	} else {
		p.last.next = t
	}
	p.last = t
	p.wanted.Add(1)
	p.mu.Unlock()
	<-t.ready
}

// leave gives a thread back, to the Run that has waited longest if one does.
func (p *Pool) leave() {
	p.mu.Lock()
	p.release()
	p.mu.Unlock()
}

func (p *Pool) release() {
	t := p.first
	if t == nil {
		p.free++
		return
	}
	p.first = t.next
	if p.first == nil {
		p.last = nil
	}
	p.wanted.Add(-1)
	t.ready <- struct{}{}
}

// do runs all pieces of j.exec and returns when the last has ended.
func (p *Pool) do(j *job, args *kernelArgs) {
	p.publish(j)
	j.work(args)
	p.retract(j)
}

func (j *job) work(args *kernelArgs) {
	for {
		i := j.next.Add(1) - 1
		if i >= j.parts {
			return
		}
		j.exec.run(args, int(i))
	}
}

// publish opens a job to helpers and wakes as many as have threads.
func (p *Pool) publish(j *job) {
	j.next.Store(0)
	p.mu.Lock()
	p.jobs = append(p.jobs, j)
	p.version.Add(1)
	for range j.parts - 1 {
		if p.free == 0 || len(p.parked) == 0 || p.first != nil {
			break
		}
		h := p.parked[len(p.parked)-1]
		p.parked = p.parked[:len(p.parked)-1]
		p.free--
		h.wake <- struct{}{}
	}
	p.mu.Unlock()
}

// retract closes a job and waits for the helpers still at work on it.
func (p *Pool) retract(j *job) {
	for range spins {
		if j.running.Load() == 0 {
			break
		}
		runtime.Gosched()
	}
	p.mu.Lock()
	for i, k := range p.jobs {
		if k == j {
			p.jobs = append(p.jobs[:i], p.jobs[i+1:]...)
			break
		}
	}
	j.waited = j.running.Load() > 0
	waits := j.waited
	p.mu.Unlock()
	if waits {
		<-j.done
	}
}

// spins bounds how often a waiting thread looks again before it sleeps, and
// helperPatience for how long a helper does between two steps: waking a
// goroutine costs as much as a small layer.
const (
	spins          = 200
	helperPatience = 50 * time.Microsecond
)

func (h *helper) loop() {
	defer h.pool.exited.Done()
	for range h.wake {
		h.help()
	}
}

// help works on whatever is open until nothing is, or a Run wants the thread.
func (h *helper) help() {
	p := h.pool
	for {
		j := p.take(h)
		if j == nil {
			if h.park() {
				return
			}
			continue
		}
		j.work(&h.args)
		p.mu.Lock()
		if j.running.Add(-1) == 0 && j.waited {
			j.waited = false
			j.done <- struct{}{}
		}
		p.mu.Unlock()
	}
}

// take returns an open job with pieces left, or nil.
func (p *Pool) take(h *helper) *job {
	if p.wanted.Load() > 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if h.spare != nil {
		h.args.scratch, h.spare = h.spare, nil
	}
	for range p.jobs {
		p.next = (p.next + 1) % len(p.jobs)
		if j := p.jobs[p.next]; j.next.Load() < j.parts {
			j.running.Add(1)
			return j
		}
	}
	return nil
}

// park gives the helper's thread back and reports true, unless a new job
// turns up while it is still patient.
func (h *helper) park() bool {
	p := h.pool
	seen := p.version.Load()
	for until := time.Now().Add(helperPatience); time.Now().Before(until) && p.wanted.Load() == 0; {
		if p.version.Load() != seen {
			return false
		}
		runtime.Gosched()
	}
	h.args = kernelArgs{scratch: h.args.scratch} // keeps no arena alive
	p.mu.Lock()
	defer p.mu.Unlock()
	p.release()
	if p.closed {
		close(h.wake)
	} else {
		p.parked = append(p.parked, h)
	}
	return true
}
