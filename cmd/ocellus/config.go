package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

type configCommand struct {
	Init  configInitCommand  `cmd:"" help:"Write a file to begin with, a comment for each setting."`
	Check configCheckCommand `cmd:"" help:"Say what is wrong with a file, or what it would run."`
}

type configInitCommand struct {
	File   string `arg:"" optional:"" default:"ocellus.yaml" help:"File to write; - prints it."`
	Source string `help:"What to open; default: the first camera of this machine, or else a synthetic scene." placeholder:"SOURCE"`
	Force  bool   `help:"Write over a file that is there."`
	find   func() ([]capture.Camera, error)
}

func (c *configInitCommand) Help() string {
	return `Examples:

    ocellus config init                          ocellus.yaml, for the first camera of this machine
    ocellus config init door.yaml --source /dev/v4l/by-id/usb-046d_HD_Pro_Webcam-video-index0
    ocellus config init - | less                 all settings, with what they mean

Kinds of sources:

` + sourceKinds()
}

// Run writes the file.
func (c *configInitCommand) Run(env *cli.Env) error {
	source := c.Source
	if source == "" {
		source = firstCamera(c.find)
	}
	file := config.Starter(source)
	if c.File == "-" {
		return cli.Exit(cli.Missing, config.Write(env.Stdout, file))
	}
	if _, err := os.Lstat(c.File); err == nil && !c.Force {
		return cli.Usagef("%s is there already; --force writes over it", c.File)
	}
	if err := atomicfile.Write(c.File, func(w io.Writer) error { return config.Write(w, file) }); err != nil {
		return err
	}
	return env.Printf("%s reads %s.\nCheck it with   ocellus config check %[1]s\nand run it with ocellus run --config %[1]s\n", c.File, source)
}

// noCamera is a source for machines without a camera: it is there always.
const noCamera = "synthetic:640x480@30"

// firstCamera names the first camera that can be used, by its lasting name
// where it has one.
func firstCamera(find func() ([]capture.Camera, error)) string {
	if find == nil {
		find = capture.Cameras
	}
	all, err := find()
	if err != nil {
		return noCamera
	}
	for _, c := range all {
		switch {
		case c.Reason != "":
		case len(c.Names) > 0:
			return c.Names[0]
		default:
			return c.Path
		}
	}
	return noCamera
}

// loadConfig reads a configuration with the variables of this process over
// it. What is wrong with it is shown, line by line, before it returns.
func loadConfig(env *cli.Env, path string) (*config.File, error) {
	f, err := config.Load(path, os.Environ())
	var all config.Errors
	if !errors.As(err, &all) {
		return f, err
	}
	for _, e := range all {
		env.Notef("%v\n", e)
		if shown := e.Shown(); shown != "" {
			env.Notef("%s\n", shown)
		}
	}
	if len(all) == 1 {
		return nil, cli.Quiet(cli.BadInput)
	}
	return nil, cli.Exit(cli.BadInput, fmt.Errorf("%d mistakes in %s", len(all), path))
}
