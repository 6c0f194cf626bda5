// Package ocellus runs neural networks on pictures: an ONNX file and a
// picture go in, detections come out.
//
//	s, err := ocellus.Open("blazeface-back.onnx")
//	...
//	defer s.Close()
//	found, _, err := s.Detect(ctx, picture)
//
// A Session is a model made ready to run. It may be used by any number of
// goroutines at once: they share its weights and its threads. Detect is for
// models whose metadata says how a picture becomes the input and how the
// outputs are read (the command ocellus-host models fetch gets such models);
// Run is for any ONNX model.
package ocellus

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// Session is a model made ready to run.
type Session struct {
	name  string
	graph *nn.Graph
	meta  *meta.Model
	opts  options
	pool  *plan.Pool
	find  *detector // nil when the model is no detector
	noDet error     // why find is nil

	mu       sync.Mutex
	plans    []*compiled     // the most recently used last
	byValue  map[string]bool // inputs whose values decide shapes
	outlined bool            // graph lacks large constants
	weights  *nn.Graph       // graph with its weights, where graph is an outline; nil once a plan has them
	closed   bool

	file *modelFile // nil: there is none
}

type options struct {
	threads  int
	features *kernels.Features
	tiling   Tiling
	least    float32
	score    float32
	hasScore bool
	describe func(*nn.Graph, *meta.Model) error
	pool     *plan.Pool // nil: the session has its own
}

// Option changes how a Session works.
type Option func(*options)

// WithThreads sets how many cores the session computes on; the default is
// all. Whatever the number of goroutines that use a session, no more threads
// than these compute at a time.
func WithThreads(n int) Option { return func(o *options) { o.threads = max(n, 1) } }

// WithFeatures chooses kernels by these CPU features instead of those that
// kernels.Available reports.
func WithFeatures(f kernels.Features) Option { return func(o *options) { o.features = &f } }

// WithTiling says whether Detect searches large pictures in tiles.
func WithTiling(t Tiling) Option { return func(o *options) { o.tiling = t } }

// WithLeastObject sets the side, in pixels of the picture, of the smallest
// object that Detect is to find: the smaller, the more tiles it takes, up to a
// bound on their number that only extreme wishes meet. The default is a fixed
// part of the picture, see TileAuto.
func WithLeastObject(pixels float32) Option { return func(o *options) { o.least = pixels } }

// WithScore sets the least score, 0 to 1, of a detection in place of the
// model's own: of the mean of its views where it is looked at again (see
// TileAuto), else of the one view.
func WithScore(s float32) Option { return func(o *options) { o.score, o.hasScore = s, true } }

// WithMeta has the metadata of a model completed, or made, by a function. It
// is given the graph and what is known already, and changes the latter; what
// comes of it is checked. An error of its own ends Open.
func WithMeta(describe func(*nn.Graph, *meta.Model) error) Option {
	return func(o *options) { o.describe = describe }
}

// WithPool has the session compute on the threads of a pool that others use
// too, in place of threads of its own. Who passes it closes it, after the
// session.
func WithPool(p *plan.Pool) Option { return func(o *options) { o.pool = p } }

// Open reads an ONNX file and makes it ready. The session of a model that leaves
// dimensions open keeps the file open, and reads it again for inputs of shapes
// that it has not met. A file without metadata that
// others published, and that meta.KnownModels lists, is known by its hash.
// Everything that can be wrong
// with the model is found here; the errors are those of packages onnx, nn,
// plan, meta and head, and say what to do where something can be done.
func Open(file string, opts ...Option) (*Session, error) {
	m, g, err := openModel(file)
	if err != nil {
		return nil, err
	}
	s, err := open(file, filepath.Base(file), g, m, opts)
	if err != nil {
		m.close()
	}
	return s, err
}

// OpenFS is Open for a file of a file system, an embed.FS for one.
func OpenFS(fsys fs.FS, file string, opts ...Option) (*Session, error) {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, err
	}
	g, err := onnx.Decode(file, data)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data) // now, so that the session does not hold data
	return open(file, path.Base(file), g, &modelFile{hash: func() ([sha256.Size]byte, error) { return sum, nil }}, opts)
}

// open makes a graph ready that nobody else has.
func open(file, base string, g *nn.Graph, m *modelFile, opts []Option) (*Session, error) {
	s, err := newSession(g, m, opts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	s.name = strings.TrimSuffix(base, ".onnx")
	if no, ok := s.noDet.(*ErrNotDetector); ok {
		no.Model = s.name
	}
	return s, nil
}

// New makes a graph ready. The graph is shared, not copied.
func New(g *nn.Graph, opts ...Option) (*Session, error) { return newSession(g, nil, opts) }

// newSession makes a graph ready: one of a file of its own, or one that is
// shared, where that is nil.
func newSession(g *nn.Graph, file *modelFile, opts []Option) (*Session, error) {
	o, err := settled(opts)
	if err != nil {
		return nil, err
	}
	m, err := o.metaOf(g, file)
	if err != nil {
		return nil, err
	}
	s := &Session{name: g.Name, graph: g, meta: m, opts: o, byValue: map[string]bool{}, file: file}
	if file != nil {
		s.ownWeights()
	}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	if s.pool = o.pool; s.pool == nil {
		s.pool = plan.NewPool(o.threads)
	}
	return s, nil
}

// settled returns what the options come to, or an *ErrOption.
func settled(opts []Option) (options, error) {
	o := options{threads: runtime.GOMAXPROCS(0)}
	for _, set := range opts {
		set(&o)
	}
	if o.hasScore && !(o.score >= 0 && o.score <= 1) {
		return o, &ErrOption{"WithScore", fmt.Sprintf("%v is outside 0 to 1", o.score)}
	}
	if !(o.least >= 0) {
		return o, &ErrOption{"WithLeastObject", fmt.Sprintf("%v is no number of pixels", o.least)}
	}
	if o.pool != nil {
		o.threads = o.pool.Threads()
	}
	return o, nil
}

// planOptions are those of o that concern a plan.
func (o *options) planOptions() []plan.Option {
	if o.features == nil {
		return nil
	}
	return []plan.Option{plan.WithFeatures(*o.features)}
}

// metaOf returns what the model says of itself; or, for a model that says
// nothing, what is known of the file; and then what WithMeta makes of it.
func (o *options) metaOf(g *nn.Graph, file *modelFile) (*meta.Model, error) {
	m, err := meta.Parse(g.Meta)
	if err != nil {
		return nil, err
	}
	if m.Task == "" && m.Head == nil && file != nil {
		sum, err := file.hash()
		if err != nil {
			return nil, err
		}
		if known, ok := meta.Known(sum); ok {
			known.Other = m.Other
			m = known
		}
	}
	if o.describe == nil {
		return m, nil
	}
	if err := o.describe(g, m); err != nil {
		return nil, err
	}
	return m, m.Check()
}

// prepare compiles what can be compiled before the first picture comes, so
// that a wrong model is refused now.
func (s *Session) prepare() error {
	var err error
	if s.find, err = newDetector(s); err == nil {
		s.keepFirst(s.find.plan)
		return nil
	}
	if s.meta.Head != nil {
		return err
	}
	s.noDet = err
	p, err := s.compile(plan.Bindings{})
	if err != nil && !waitsForInputs(err) {
		return err
	}
	if err == nil {
		s.keepFirst(p)
	}
	return nil
}

// Name returns the name of the model: that of its file without .onnx.
func (s *Session) Name() string { return s.name }

// SHA256 returns the hash of the model's file in hex, by which a decision can
// be traced to the model; "" for a session of New. The file is read for it.
func (s *Session) SHA256() (string, error) {
	if s.file == nil {
		return "", nil
	}
	sum, err := s.file.hash()
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum[:]), nil
}

// Score returns the least score of a detection that is worth reporting: the
// model's own or that of WithScore; 0 for a model that is no detector.
func (s *Session) Score() float32 {
	if s.find == nil {
		return 0
	}
	return s.find.worth
}

// Meta returns what the model says of itself. It is not to be changed.
func (s *Session) Meta() *meta.Model { return s.meta }

// Inputs returns the inputs as the graph declares them.
func (s *Session) Inputs() []nn.Input { return s.graph.Inputs }

// Graph returns the model's graph. Of a file it may lack the large constants:
// those are held in plans alone.
func (s *Session) Graph() *nn.Graph { return s.graph }

// Close ends the session's threads. Calls of Run and Detect that come after
// it fail with ErrClosed; those under way end well.
func (s *Session) Close() error {
	s.mu.Lock()
	was := s.closed
	s.closed = true
	s.file.close()
	s.mu.Unlock()
	if !was && s.opts.pool == nil {
		s.pool.Close()
	}
	return nil
}

func (s *Session) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Detects returns nil when Detect can be used with the model, and otherwise
// the *ErrNotDetector that says why not.
func (s *Session) Detects() error { return s.noDet }
