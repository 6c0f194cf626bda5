package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"

	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// Where install puts things. The unit names the first two.
const (
	installedBinary = "/usr/local/bin/ocellus"
	installedConfig = "/etc/ocellus/ocellus.yaml"
	installedUnit   = "/etc/systemd/system/ocellus.service"
	installedModels = "/usr/local/share/ocellus/models"
	enabledUnit     = "/etc/systemd/system/multi-user.target.wants/ocellus.service"
)

//go:embed ocellus.service
var unit []byte

// rootFlags are what install and uninstall share.
type rootFlags struct {
	Root   string `help:"Folder to take for /, as for the image of a system." default:"/" placeholder:"DIR"`
	DryRun bool   `help:"Say what would be done, and do nothing."`
}

func (f *rootFlags) at(path string) string { return filepath.Join(f.Root, path) }

type installCommand struct {
	Config string `help:"Configuration to install, where none is installed yet; default: one for the first camera." placeholder:"FILE"`
	rootFlags
	binary string // what is copied; "": this program
}

func (c *installCommand) Help() string {
	return `Examples:

    sudo ocellus install                        this program, a configuration and a unit of systemd
    sudo ocellus install --config door.yaml
    ocellus install --dry-run                   what that would do
    ocellus install --root image                into the tree of another system

It writes ` + installedBinary + `, ` + installedUnit + ` and, unless it is there already,
` + installedConfig + `. Done again, it brings program and unit up to date. It starts nothing, but
says how to. What the service writes lies in /var/lib/ocellus; it runs as a user of its own, so
models and pictures of known faces belong where everybody may read them, as ` + installedModels + `.`
}

// Run installs.
func (c *installCommand) Run(env *cli.Env) error {
	file, err := c.configuration(env)
	if err != nil {
		return err
	}
	program, err := c.program()
	if err != nil {
		return err
	}
	for _, step := range []struct {
		path string
		mode fs.FileMode
		text []byte
		keep bool
	}{
		{installedBinary, 0o755, program, false},
		{installedConfig, 0o644, file, true},
		{installedUnit, 0o644, unit, false},
	} {
		if err := c.put(env, step.path, step.mode, step.text, step.keep); err != nil {
			return asRoot(err, "install")
		}
	}
	return c.next(env)
}

// program reads the binary to install.
func (c *installCommand) program() ([]byte, error) {
	path := c.binary
	if path == "" {
		var err error
		if path, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	return os.ReadFile(path)
}

// configuration is the text of the file to install.
func (c *installCommand) configuration(env *cli.Env) ([]byte, error) {
	if c.Config == "" {
		f := config.Starter(firstCamera(nil))
		f.Models = installedModels
		var b bytes.Buffer
		err := config.Write(&b, f)
		return b.Bytes(), err
	}
	here, err := loadConfig(env, c.Config)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(c.Config)
	if err != nil {
		return nil, err
	}
	there, err := config.Parse(installedConfig, text, os.Environ())
	if err != nil {
		return nil, err
	}
	if !reflect.DeepEqual(here, there) {
		return nil, cli.Exit(cli.BadInput, fmt.Errorf("%s has relative paths, which would start at %s once it is there: write them absolute", c.Config, filepath.Dir(installedConfig)))
	}
	if here.Preview.Token != "" {
		return nil, cli.Exit(cli.BadInput, fmt.Errorf("%s has preview.token in it, and everybody can read %s: name a file in preview.token_file instead", c.Config, installedConfig))
	}
	return text, nil
}

// put writes a file unless it is there as it should be. One to keep is never
// written over.
func (c *installCommand) put(env *cli.Env, path string, mode fs.FileMode, text []byte, keep bool) error {
	to := c.at(path)
	old, err := os.ReadFile(to)
	switch {
	case err == nil && bytes.Equal(old, text):
		return env.Printf("%s is as it should be\n", to)
	case err == nil && keep:
		return env.Printf("%s is there already and is kept\n", to)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return err
	case c.DryRun:
		return env.Printf("would write %s (%s)\n", to, cli.Bytes(len(text)))
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	err = atomicfile.WriteMode(to, mode, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return err
	}
	return env.Printf("wrote %s (%s)\n", to, cli.Bytes(len(text)))
}

// next says what is left to do.
func (c *installCommand) next(env *cli.Env) error {
	if c.DryRun {
		return nil
	}
	return env.Printf(`
Next:
    sudo install -D -m 644 -t %s MODELS/*.onnx
                                             the models; on a machine with network:
                                             ocellus-host models fetch --to MODELS
    ocellus config check %s     whether all is there
    sudo systemctl daemon-reload
    sudo systemctl enable --now ocellus      start it, now and with the machine
    systemctl status ocellus                 what it is doing
    journalctl -u ocellus -f                 what it says
`, installedModels, installedConfig)
}

// asRoot adds what to do where this user may not write.
func asRoot(err error, command string) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w\nOnly root may write there: sudo ocellus %s, or --root DIR for another tree", err, command)
	}
	return err
}

type uninstallCommand struct {
	Purge bool `help:"Remove the configuration as well."`
	rootFlags
}

func (c *uninstallCommand) Help() string {
	return `Examples:

    sudo ocellus uninstall            the program and the unit; what you wrote stays
    sudo ocellus uninstall --purge    and /etc/ocellus

Stop the service before: sudo systemctl disable --now ocellus. Models in ` + installedModels + `
and what was seen, in /var/lib/ocellus, stay in any case.`
}

// Run removes what install wrote.
func (c *uninstallCommand) Run(env *cli.Env) error {
	gone := []string{enabledUnit, installedUnit, installedBinary}
	if c.Purge {
		gone = append(gone, installedConfig)
	}
	removed := false
	for _, path := range gone {
		to := c.at(path)
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if c.DryRun {
			if err := env.Printf("would remove %s\n", to); err != nil {
				return err
			}
			continue
		}
		if err := os.Remove(to); err != nil {
			return asRoot(err, "uninstall")
		}
		removed = true
		if err := env.Printf("removed %s\n", to); err != nil {
			return err
		}
	}
	switch {
	case removed:
		return env.Printf("\nNext:\n    sudo systemctl stop ocellus; sudo systemctl daemon-reload\n")
	case !c.DryRun:
		return env.Printf("nothing is installed in %s\n", c.Root)
	}
	return nil
}
