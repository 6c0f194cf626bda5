package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/home"
)

// ModelsFlag says where models of a plain name are looked for.
type ModelsFlag struct {
	Models string `help:"Folder of models; else the user's own, see doctor." placeholder:"DIR" env:"OCELLUS_MODELS"`
}

// ErrNoModel says that a model is not there, and how it gets there.
type ErrNoModel struct {
	Name   string
	Folder home.Folder
}

func (e *ErrNoModel) Error() string {
	return fmt.Sprintf(`there is no model %q in %s (%s)
On this machine, if it has network and npm, run
    ocellus-host models fetch %[1]s
Otherwise run, on a machine that has,
    ocellus-host models fetch %[1]s --to DIR
then copy DIR here and give --models DIR`, e.Name, e.Folder.Path, e.Folder.Reason)
}

func (e *ErrNoModel) Unwrap() error { return fs.ErrNotExist }

// ErrModelFile says why there is no model in the file that was given as one.
type ErrModelFile struct {
	File string
	Err  error
}

func (e *ErrModelFile) Error() string {
	cause := e.Err
	var path *fs.PathError
	if errors.As(cause, &path) {
		cause = path.Err // the path is told already
	}
	return fmt.Sprintf("the model %s cannot be opened: %v; give the path of an ONNX file, or the plain name of one in the folder of models, as blazeface-back (ocellus doctor tells that folder)", e.File, cause)
}

func (e *ErrModelFile) Unwrap() error { return e.Err }

// Folder returns where models of a plain name lie.
func (m *ModelsFlag) Folder() (home.Folder, error) {
	if m.Models != "" {
		return home.Folder{Path: m.Models, Reason: "--models"}, nil
	}
	return home.Models()
}

// Resolve returns the file of a model that is given as NAME or FILE. What
// ends in .onnx or has a separator is a file. The error is an *ErrNoModel, an *ErrModelFile, or
// that of finding the folder.
func (m *ModelsFlag) Resolve(model string) (string, error) {
	if strings.EqualFold(filepath.Ext(model), ".onnx") || strings.ContainsRune(model, filepath.Separator) {
		if _, err := os.Stat(model); err != nil {
			return "", &ErrModelFile{model, err}
		}
		return model, nil
	}
	dir, err := m.Folder()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir.Path, model+".onnx")
	if _, err := os.Stat(path); err != nil {
		return "", &ErrNoModel{model, dir}
	}
	return path, nil
}
