package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/serve"
)

// previewFlag is --preview, or --preview=ADDR.
type previewFlag string

// IsBool says that the flag may stand alone.
func (p *previewFlag) IsBool() bool { return true }

// Decode takes the address after =, or else the usual one.
func (p *previewFlag) Decode(ctx *kong.DecodeContext) error {
	*p = config.DefaultListen
	if ctx.Scan.Peek().Type == kong.FlagValueToken {
		value, _ := ctx.Scan.Pop().Value.(string)
		*p = previewFlag(value)
	}
	return nil
}

// previewed sets where the preview listens. Where others can reach that, there
// is a new token, which is told when the page is.
func (c *runCommand) previewed(f *config.File) error {
	f.Preview.Listen = string(c.Preview)
	if host, _, err := net.SplitHostPort(f.Preview.Listen); err == nil && !config.Local(host) {
		f.Preview.Token = config.Secret(serve.NewToken())
	}
	return nil
}

// openPreview makes the server, which is started once the sources are open.
func (l *live) openPreview() error {
	p := &l.file.Preview
	if p.Listen == "" {
		return nil
	}
	token, err := p.ReadToken()
	if err != nil {
		return cli.Exit(cli.Missing, err)
	}
	models := make([]serve.Model, len(l.models))
	for i, m := range l.models {
		models[i] = serve.Model{Model: m, Precision: precision(l.graphs[i])}
	}
	l.page, err = serve.New(serve.Options{
		Listen: p.Listen, Token: string(token), StalledAfter: l.file.Health.StalledAfter, Version: cli.ReadBuild().Version,
		Models: models, Disks: l.outs.disks(), Outputs: l.outs.state,
	})
	return err
}

// precision says in what a graph computes for the most part.
func precision(g *nn.Graph) string {
	if slices.ContainsFunc(g.Nodes, func(n nn.Node) bool {
		switch n.Op.(type) {
		case *nn.QuantizeLinear, *nn.DequantizeLinear, *nn.DynamicQuantizeLinear, *nn.QLinearConv, *nn.QLinearMatMul:
			return true
		}
		return false
	}) {
		return "int8"
	}
	return "float32"
}

// show adds a source to the page, and returns what its loop shows itself
// through.
func (l *live) show(name string) []pipeline.Sink {
	if l.page == nil {
		return nil
	}
	src := l.page.Source(name)
	l.shown = append(l.shown, src)
	return []pipeline.Sink{src}
}

// startPreview has the page served, and says where it is.
func (l *live) startPreview(byFlag bool) error {
	if l.page == nil {
		return nil
	}
	for i, src := range l.shown {
		src.Watch(l.loops[i].Stats)
		if l.people != nil {
			src.WatchFaces(l.people.stages[i].Stats)
		}
	}
	if err := l.page.Start(); err != nil {
		return cli.Exit(cli.Missing, listenError(l.file.Preview.Listen, err))
	}
	if !byFlag || l.file.Preview.Token == "" {
		l.env.Notef("preview: http://%s/\n", l.page.Addr())
		return nil
	}
	// The token was made for this run, so this is where it is told.
	l.env.Notef("preview: %s\nWho has this link sees what the camera sees; the way there is not encrypted.\n", l.page.Link())
	return nil
}

// listenError says what to do about an address that cannot be listened on.
func listenError(addr string, err error) error {
	cure := "take another, as --preview=127.0.0.1:8089 (preview.listen)"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("preview: another program listens on %s; end it, or %s: %w", addr, cure, err)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("preview: this user may not listen on %s, as nobody but root may below port 1024; %s: %w", addr, cure, err)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("preview: %s is no address of this machine; %s: %w", addr, cure, err)
	}
	return err
}

// closePatience is how long the page's visitors are waited for.
const closePatience = 2 * time.Second

func (l *live) closePreview() {
	if l.page == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	_ = l.page.Close(ctx) // who does not go is left behind, and the run ends
}
