package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

type configCheckCommand struct {
	File string `arg:"" help:"Configuration to check."`
	JSON bool   `help:"Print JSON."`
}

func (c *configCheckCommand) Help() string {
	return `Examples:

    ocellus config check ocellus.yaml
    OCELLUS_PREVIEW_LISTEN=127.0.0.1:9000 ocellus config check ocellus.yaml

All that is wrong is reported at once, with its line and column: the exit code is then 3. It is 4
when the file is right and something that it names is not here: a model, a folder, a token.
A folder for what is written that does not exist, or that this user may not write to, is a warning:
the service may make it, or be another user. Cameras are not opened; ocellus cameras lists them.

docs/configuration.md lists the settings, and the variables that override them.`
}

// summary says what a configuration would run.
type summary struct {
	File     string       `json:"file"`
	Sources  []sourceLine `json:"sources"`
	Models   []namedFile  `json:"models"`
	Folders  []namedFile  `json:"files"` // and files that are read
	Writes   []namedFile  `json:"writes"`
	Listen   string       `json:"listen,omitempty"`
	Token    bool         `json:"token"`
	Problems []string     `json:"problems"`
	Warnings []string     `json:"warnings"` // of what may be there by the time it runs
}

// sourceLine is what is told of a source.
type sourceLine struct {
	Name   string      `json:"name"`
	Source string      `json:"source"` // without passwords
	Size   config.Size `json:"size,omitzero"`
	FPS    float64     `json:"fps,omitzero"`
	Format string      `json:"format"`
}

// namedFile is a file and what it is for.
type namedFile struct {
	For  string `json:"for"`
	Path string `json:"path"`
}

// Run checks.
func (c *configCheckCommand) Run(env *cli.Env) error {
	f, err := loadConfig(env, c.File)
	if err != nil {
		return err
	}
	s := summarise(c.File, f)
	if c.JSON {
		err = env.JSON(s)
	} else {
		err = s.print(env)
	}
	if err == nil && len(s.Problems) > 0 {
		return cli.Quiet(cli.Missing)
	}
	return err
}

func summarise(path string, f *config.File) *summary {
	s := &summary{File: path, Models: []namedFile{}, Folders: []namedFile{}, Writes: []namedFile{}, Problems: []string{}, Warnings: []string{}}
	s.models(f)
	for i, src := range f.Sources {
		s.Sources = append(s.Sources, sourceLine{src.Name, src.Redacted(), src.Size, src.FPS, src.Format})
		// What has a colon is no file, and what does not start with a separator
		// may be a word such as camera.
		if filepath.IsAbs(src.Source) {
			s.reads(fmt.Sprintf("sources[%d]", i), src.Source)
		}
	}
	s.reads("faces.known", f.Faces.Known)
	s.token(f)
	for _, p := range places(f) {
		s.Writes = append(s.Writes, namedFile{p.setting, p.path})
		if w := p.warning(); w != "" {
			s.Warnings = append(s.Warnings, w)
		}
	}
	s.Listen = f.Preview.Listen
	return s
}

// models finds the files of the models that would be used.
func (s *summary) models(f *config.File) {
	list := []namedFile{{"detect.model", f.Detect.Model}}
	if f.Faces.Known != "" {
		list = append(list, namedFile{"faces.detector", f.Faces.Detector}, namedFile{"faces.landmarks", f.Faces.Landmarks}, namedFile{"faces.embedder", f.Faces.Embedder})
	}
	folder := cli.ModelsFlag{Models: f.Models}
	for _, m := range list {
		if m.Path == "" || m.For == "faces.landmarks" && m.Path == "none" {
			continue
		}
		file, err := folder.Resolve(m.Path)
		if err != nil {
			s.Problems = append(s.Problems, fmt.Sprintf("%s: %v", m.For, err))
			continue
		}
		s.Models = append(s.Models, namedFile{m.For, file})
	}
}

// reads notes a file or folder that is needed.
func (s *summary) reads(what, path string) {
	if path == "" {
		return
	}
	if _, err := os.Stat(path); err != nil {
		s.Problems = append(s.Problems, fmt.Sprintf("%s: %v", what, err))
		return
	}
	s.Folders = append(s.Folders, namedFile{what, path})
}

func (s *summary) token(f *config.File) {
	s.Token = f.Preview.Token != ""
	if f.Preview.TokenFile == "" {
		return
	}
	if _, err := f.Preview.ReadToken(); err != nil {
		s.Problems = append(s.Problems, err.Error())
		return
	}
	s.Token = true
	s.Folders = append(s.Folders, namedFile{"preview.token_file", f.Preview.TokenFile})
}

func (s *summary) print(env *cli.Env) error {
	state := "ok"
	if len(s.Problems) > 0 {
		state = "right, but something is missing"
	}
	rows := [][]string{{s.File, state}}
	for _, src := range s.Sources {
		rows = append(rows, []string{"source", src.String()})
	}
	for _, list := range []struct {
		title string
		files []namedFile
	}{{"model", s.Models}, {"reads", s.Folders}, {"writes", s.Writes}} {
		for _, f := range list.files {
			rows = append(rows, []string{list.title, f.Path + " (" + f.For + ")"})
		}
	}
	if s.Listen != "" {
		open := "for this machine alone"
		if s.Token {
			open = "with a token"
		}
		rows = append(rows, []string{"listens", s.Listen + ", " + open})
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	for _, list := range []struct {
		title string
		lines []string
	}{{"Missing", s.Problems}, {"Warning", s.Warnings}} {
		for _, line := range list.lines {
			if err := env.Printf("\n%s: %s\n", list.title, line); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *sourceLine) String() string {
	words := []string{s.Name + ":", s.Source}
	if s.Size != (config.Size{}) {
		words = append(words, s.Size.String())
	}
	if s.FPS > 0 {
		words = append(words, fmt.Sprintf("%g fps", s.FPS))
	}
	if s.Format != "any" {
		words = append(words, s.Format)
	}
	return strings.Join(words, " ")
}
