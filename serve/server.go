package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
)

// Options say where and what is served.
type Options struct {
	Listen string // address and port
	Token  string // that requests must bring; "" only where Listen is this machine's own
	// StalledAfter is how long no source may yield a frame before that counts
	// as broken; 0: 30 s.
	StalledAfter time.Duration
	Version      string
	Models       []Model
	Disks        []string        // folders that are written to, whose room is told
	Outputs      func() []Output // how the other sinks fare; nil: there are none
	Side         int             // of live pictures at most, in pixels; 0: 720
	Rate         float64         // of live pictures a second at most; 0: 15
	Clients      int             // viewers at once; 0: 16
}

// Model is a model that has a part in what is seen.
type Model struct {
	pipeline.Model
	Precision string `json:"precision,omitzero"` // float32, int8; "": not known
}

// Output is another place that events or pictures go to, and how that fares.
type Output struct {
	Name    string `json:"name"`
	Written uint64 `json:"written"`
	Dropped uint64 `json:"dropped"` // left out because it was too slow
	Failed  uint64 `json:"failed"`
	Problem string `json:"problem,omitzero"` // that it has at present
}

// ErrOption says which setting makes no sense, and what it may be.
type ErrOption struct {
	Field string
	Value any
	Want  string
}

func (e *ErrOption) Error() string {
	return fmt.Sprintf("serve: %s is %v; it must be %s", e.Field, e.Value, e.Want)
}

// Server serves. Sources are added before Start.
type Server struct {
	o       Options
	begun   time.Time
	sources []*Source
	events  *events
	clients limit
	cookie  string // what stands for the token in a cookie

	http     *http.Server
	listener net.Listener
	closing  chan struct{}
	served   chan struct{}
	group    sync.WaitGroup // encoders
	once     sync.Once
}

// leastToken is how many characters a token has at the least: of base 64, 16
// are 96 bits.
const leastToken = 16

// New returns a Server that does not listen yet. The error is an *ErrOption.
func New(o Options) (*Server, error) {
	host, _, err := net.SplitHostPort(o.Listen)
	switch {
	case err != nil:
		return nil, &ErrOption{"Listen", o.Listen, "an address and a port, as 127.0.0.1:8088"}
	case o.Token == "" && !local(host):
		return nil, &ErrOption{"Token", `""`, "given, since others reach " + o.Listen}
	case o.Token != "" && len(o.Token) < leastToken:
		return nil, &ErrOption{"Token", "too short", fmt.Sprintf("of %d characters or more", leastToken)}
	case o.StalledAfter < 0:
		return nil, &ErrOption{"StalledAfter", o.StalledAfter, "0 or more"}
	case o.Side < 0 || o.Rate < 0 || o.Clients < 0:
		return nil, &ErrOption{"Side, Rate or Clients", []float64{float64(o.Side), o.Rate, float64(o.Clients)}, "0 or more"}
	}
	defaults(&o)
	s := &Server{o: o, begun: time.Now(), events: newEvents(), clients: make(limit, o.Clients), cookie: cookieFor(o.Token),
		closing: make(chan struct{}), served: make(chan struct{})}
	s.http = &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second, // streams have a deadline for each part
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          quiet,
	}
	return s, nil
}

func defaults(o *Options) {
	if o.StalledAfter == 0 {
		o.StalledAfter = 30 * time.Second
	}
	if o.Side == 0 {
		o.Side = 720
	}
	if o.Rate == 0 {
		o.Rate = 15
	}
	if o.Clients == 0 {
		o.Clients = 16
	}
}

// local says whether an address is this machine's alone.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Source returns a sink for a loop, under the name that its events have.
func (s *Server) Source(name string) *Source {
	src := &Source{server: s, name: name, live: newLive(s)}
	s.sources = append(s.sources, src)
	return src
}

func (s *Server) source(name string) *Source {
	for _, src := range s.sources {
		if src.name == name {
			return src
		}
	}
	return nil
}

// mostConnections bounds what is open at once, viewers or not.
const mostConnections = 64

// Start listens, and serves until Close. The error is that of listening.
func (s *Server) Start() error {
	l, err := net.Listen("tcp", s.o.Listen)
	if err != nil {
		return err
	}
	s.listener = newBounded(l, mostConnections)
	go func() {
		defer close(s.served)
		_ = s.http.Serve(s.listener) // ends by Close
	}()
	return nil
}

// Addr returns where a Server that was started listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Link returns the page's address for a person, the token included where there
// is one: a secret.
func (s *Server) Link() string {
	host, port, _ := net.SplitHostPort(s.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = hostName()
	}
	link := "http://" + net.JoinHostPort(host, port) + "/"
	if s.o.Token != "" {
		link += "?token=" + escape(s.o.Token)
	}
	return link
}

// grace is how long answers that are under way are waited for at the end.
const grace = 500 * time.Millisecond

// Close sends everybody away and waits until nothing is left running, or ctx
// ends, whose error is then returned.
func (s *Server) Close(ctx context.Context) error {
	s.once.Do(func() { close(s.closing) })
	if s.listener == nil {
		return nil
	}
	// Streams end by themselves now; who is slow, or has said nothing yet, is
	// not waited for long.
	soon, stop := context.WithTimeout(ctx, grace)
	defer stop()
	var err error
	if s.http.Shutdown(soon) != nil {
		err = s.http.Close()
	}
	done := make(chan struct{})
	go func() {
		<-s.served
		s.group.Wait()
		close(done)
	}()
	select {
	case <-done:
		return err
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
}
