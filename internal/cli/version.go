package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// release is set at link time: -ldflags "-X …/internal/cli.release=v1.2.3".
var release string

// Build says what was built, from what, for what.
type Build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"` // of the revision
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// ReadBuild returns what is known of this binary.
func ReadBuild() Build {
	b := Build{Version: release, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if ok {
		if b.Version == "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Revision = s.Value
			case "vcs.time":
				b.Time = s.Value
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	if b.Version == "" {
		b.Version = "devel"
	}
	return b
}

func (b Build) String() string {
	s := b.Version
	if b.Revision != "" {
		s += fmt.Sprintf(" (%.12s", b.Revision)
		if b.Modified {
			s += ", modified"
		}
		s += ")"
	}
	return fmt.Sprintf("%s %s %s/%s", s, b.Go, b.OS, b.Arch)
}

// VersionCommand is the command version of both apps.
type VersionCommand struct {
	JSON bool `help:"Print JSON."`
}

// Run prints the version.
func (c *VersionCommand) Run(env *Env) error {
	if c.JSON {
		return env.JSON(ReadBuild())
	}
	return env.Printf("%s\n", ReadBuild())
}
