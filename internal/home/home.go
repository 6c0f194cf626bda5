// Package home says where Ocellus keeps what it has fetched for the user.
package home

import (
	"errors"
	"os"
	"path/filepath"
)

// Folder is a place for files and what decided it.
type Folder struct {
	Path   string
	Reason string // the variable that names the place, or "default"
}

// ErrNoHome says that nothing names a place for the user's files.
var ErrNoHome = errors.New("no home folder is known: set OCELLUS_HOME to a folder of your choice")

// Models returns the folder of fetched models.
func Models() (Folder, error) { return Cache("models") }

// Cache returns the folder of fetched things of one kind: the folder of that
// name under OCELLUS_HOME, or under ocellus in XDG_CACHE_HOME or ~/.cache. It
// need not exist yet.
func Cache(kind string) (Folder, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return cache(kind, os.Getenv("OCELLUS_HOME"), os.Getenv("XDG_CACHE_HOME"), home)
}

func cache(kind, ocellus, xdg, home string) (Folder, error) {
	switch {
	case ocellus != "":
		return Folder{filepath.Join(ocellus, kind), "OCELLUS_HOME"}, nil
	// The XDG specification has a relative path ignored.
	case filepath.IsAbs(xdg):
		return Folder{filepath.Join(xdg, "ocellus", kind), "XDG_CACHE_HOME"}, nil
	case home != "":
		return Folder{filepath.Join(home, ".cache", "ocellus", kind), "default"}, nil
	}
	return Folder{}, ErrNoHome
}
