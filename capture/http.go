package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"
)

// stream is an MJPEG stream over HTTP (multipart/x-mixed-replace).
type stream struct {
	*pump
	parts  *parts
	body   io.Closer
	cancel context.CancelFunc
	done   chan struct{}
}

func openHTTP(spec string, o Options) (Source, error) {
	name := redact(spec)
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, spec, nil)
	if err != nil {
		cancel()
		return nil, &ErrCapture{Source: name, Reason: Invalid, Why: "this is no address"}
	}
	// The timeout is for connecting and for headers: the stream itself has no end.
	dialer := &net.Dialer{Timeout: o.timeout()}
	client := http.Client{Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, DisableKeepAlives: true,
		TLSHandshakeTimeout: o.timeout(), ResponseHeaderTimeout: o.timeout(),
	}}
	res, err := client.Do(req)
	if err != nil {
		cancel()
		return nil, connectError(name, err)
	}
	boundary, err := judgeAnswer(name, res)
	if err != nil {
		res.Body.Close()
		cancel()
		return nil, err
	}
	s := &stream{
		pump: newPump(Info{Name: name, Kind: "http", Format: MJPEG, Live: true}, &o, false), parts: newParts(res.Body, boundary),
		body: res.Body, cancel: cancel, done: make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		s.run(s.read)
	}()
	return s, nil
}

func connectError(name string, err error) error {
	e := &ErrCapture{Source: name, Reason: NotFound, Why: "no connection: " + strings.ReplaceAll(rootOf(err).Error(), "\n", " "), Cure: "see whether the camera is on, and the address right", Err: err}
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		e.Reason, e.Why = Timeout, "no answer in time"
	}
	return e
}

// rootOf leaves out the address, which may hold a password.
func rootOf(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

// judgeAnswer returns the boundary of the stream's parts.
func judgeAnswer(name string, res *http.Response) (string, error) {
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return "", &ErrCapture{Source: name, Reason: Permission, Why: "it asks for a user and a password", Cure: "name them in the address: http://USER:PASSWORD@HOST/…"}
	case http.StatusNotFound:
		return "", &ErrCapture{Source: name, Reason: NotFound, Why: "the camera has no such page", Cure: "its manual names the address of its MJPEG stream"}
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return "", &ErrCapture{Source: name, Reason: Busy, Why: "it serves no more viewers (" + res.Status + ")"}
	default:
		return "", &ErrCapture{Source: name, Reason: Unsupported, Why: "it answers " + res.Status}
	}
	kind, params, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/x-mixed-replace" || strings.Trim(params["boundary"], "-") == "" {
		return "", &ErrCapture{
			Source: name, Reason: Unsupported, Why: fmt.Sprintf("it serves %q, not a stream of JPEGs (multipart/x-mixed-replace)", res.Header.Get("Content-Type")),
			Cure: "the camera's manual names the address of its MJPEG stream",
		}
	}
	return params["boundary"], nil
}

func (s *stream) read(mem []byte) ([]byte, time.Time, error) {
	data, err := s.parts.next(mem)
	at := time.Now()
	switch {
	case err == errPart:
		return nil, at, &ErrCapture{Source: s.info.Name, Reason: Unsupported, Why: err.Error(), Err: err}
	case err != nil:
		return nil, at, &ErrCapture{Source: s.info.Name, Reason: Unplugged, Why: "the stream has ended", Cure: "open it again", Err: err}
	case len(data) < 4 || data[0] != 0xff || data[1] != 0xd8:
		return nil, at, &ErrCapture{Source: s.info.Name, Reason: Torn, Why: "a part of the stream is no JPEG"}
	}
	return data, at, nil
}

func (s *stream) Info() Info { return s.info }

func (s *stream) Next(ctx context.Context, f *Frame) error {
	data, err := s.frame(ctx, f)
	if err != nil {
		return err
	}
	f.FullRange = true
	f.Planes[0].Pix = data
	return nil
}

func (s *stream) Close() error {
	s.close()
	s.cancel()
	err := s.body.Close()
	<-s.done
	return err
}
