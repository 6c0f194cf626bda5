package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/home"
)

// modelsFlag says where models of a plain name are looked for.
type modelsFlag struct {
	Models string `help:"Folder of models; else the user's own, see doctor." placeholder:"DIR" env:"OCELLUS_MODELS"`
}

// errNoModel says that a model is not there, and how it gets there.
type errNoModel struct {
	Name   string
	Folder home.Folder
}

func (e *errNoModel) Error() string {
	return fmt.Sprintf(`there is no model %q in %s (%s)
On this machine, if it has network and npm, run
    ocellus-host models fetch %[1]s
Otherwise run, on a machine that has,
    ocellus-host models fetch %[1]s --to DIR
then copy DIR here and give --models DIR`, e.Name, e.Folder.Path, e.Folder.Reason)
}

func (e *errNoModel) Unwrap() error { return fs.ErrNotExist }

// folder returns where models of a plain name lie.
func (m *modelsFlag) folder() (home.Folder, error) {
	if m.Models != "" {
		return home.Folder{Path: m.Models, Reason: "--models"}, nil
	}
	return home.Models()
}

// resolve returns the file of a model that is given as NAME or FILE. What
// ends in .onnx or has a separator is a file.
func (m *modelsFlag) resolve(model string) (string, error) {
	if strings.EqualFold(filepath.Ext(model), ".onnx") || strings.ContainsRune(model, filepath.Separator) {
		_, err := os.Stat(model)
		return model, err
	}
	dir, err := m.folder()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir.Path, model+".onnx")
	if _, err := os.Stat(path); err != nil {
		return "", &errNoModel{model, dir}
	}
	return path, nil
}
