package cli

import (
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

// Folder returns where models of a plain name lie.
func (m *ModelsFlag) Folder() (home.Folder, error) {
	if m.Models != "" {
		return home.Folder{Path: m.Models, Reason: "--models"}, nil
	}
	return home.Models()
}

// Resolve returns the file of a model that is given as NAME or FILE. What
// ends in .onnx or has a separator is a file.
func (m *ModelsFlag) Resolve(model string) (string, error) {
	if strings.EqualFold(filepath.Ext(model), ".onnx") || strings.ContainsRune(model, filepath.Separator) {
		_, err := os.Stat(model)
		return model, err
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
