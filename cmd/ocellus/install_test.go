package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// installed runs install with a small program in place of this test's.
func installed(t *testing.T, root, configuration string, dry bool) (string, error) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := installCommand{Config: configuration, binary: program, rootFlags: rootFlags{Root: root, DryRun: dry}}
	err := c.Run(&cli.Env{Stdout: &out, Stderr: &out})
	return out.String(), err
}

func files(t *testing.T, root string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, strings.TrimPrefix(path, root))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestInstall(t *testing.T) {
	root := t.TempDir()
	if out, err := installed(t, root, "", true); err != nil || strings.Count(out, "would write") != 3 || len(files(t, root)) != 0 {
		t.Fatalf("dry run: %v, %v\n%s", err, files(t, root), out)
	}
	out, err := installed(t, root, "", false)
	if err != nil || strings.Count(out, "wrote") != 3 || !strings.Contains(out, "systemctl enable --now ocellus") {
		t.Fatalf("%v\n%s", err, out)
	}
	for path, mode := range map[string]os.FileMode{installedBinary: 0o755, installedConfig: 0o644, installedUnit: 0o644} {
		if st, err := os.Stat(filepath.Join(root, path)); err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, st, err)
		}
	}
	f, err := config.Load(filepath.Join(root, installedConfig), nil)
	if err != nil || f.Models != installedModels {
		t.Errorf("%v: %+v", err, f)
	}
	// Again: nothing is written; what the owner changed is kept, and what
	// others changed is mended.
	if out, err = installed(t, root, "", false); err != nil || strings.Contains(out, "wrote") {
		t.Errorf("again: %v\n%s", err, out)
	}
	for _, path := range []string{installedConfig, installedUnit} {
		if err := os.WriteFile(filepath.Join(root, path), []byte("# mine\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err = installed(t, root, "", false)
	mine, _ := os.ReadFile(filepath.Join(root, installedConfig))
	theirs, _ := os.ReadFile(filepath.Join(root, installedUnit))
	if err != nil || string(mine) != "# mine\n" || !bytes.Equal(theirs, unit) || !strings.Contains(out, "is kept") {
		t.Errorf("after changes: %v\n%s", err, out)
	}
	testUninstall(t, root)
}

func testUninstall(t *testing.T, root string) {
	enabled := filepath.Join(root, enabledUnit)
	if err := os.MkdirAll(filepath.Dir(enabled), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(installedUnit, enabled); err != nil {
		t.Fatal(err)
	}
	before := len(files(t, root))
	if out, _, code := run(t, "uninstall", "--root", root, "--dry-run"); code != cli.OK || strings.Count(out, "would remove") != 3 || len(files(t, root)) != before {
		t.Errorf("dry run: exit code %d\n%s", code, out)
	}
	if out, _, code := run(t, "uninstall", "--root", root); code != cli.OK || len(files(t, root)) != 1 || !strings.Contains(out, "daemon-reload") {
		t.Errorf("exit code %d, %v\n%s", code, files(t, root), out)
	}
	if out, _, code := run(t, "uninstall", "--root", root, "--purge"); code != cli.OK || len(files(t, root)) != 0 {
		t.Errorf("exit code %d, %v\n%s", code, files(t, root), out)
	}
	if out, _, code := run(t, "uninstall", "--root", root); code != cli.OK || !strings.Contains(out, "nothing is installed") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

func TestInstallConfig(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) string {
		path := filepath.Join(dir, "a.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for text, want := range map[string]string{
		"sources: [{source: clip.avi}]\n": "relative paths",
		"sources: []\n":                   "",
		"sources: [{source: camera}]\npreview: {token: 0123456789abcdef}\n": "token_file",
	} {
		root := t.TempDir()
		if out, err := installed(t, root, write(text), false); cli.CodeOf(err) != cli.BadInput || !strings.Contains(err.Error(), want) || len(files(t, root)) != 0 {
			t.Errorf("%q: %v\n%s", text, err, out)
		}
	}
	const good = "# mine\nsources: [{source: camera}]\n"
	root := t.TempDir()
	out, err := installed(t, root, write(good), false)
	if b, _ := os.ReadFile(filepath.Join(root, installedConfig)); err != nil || string(b) != good {
		t.Errorf("%v: %q\n%s", err, b, out)
	}
}

func TestInstallAsUser(t *testing.T) {
	root := t.TempDir()
	if err := os.Chmod(root, 0o500); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		// Root may write anywhere: what is said is tested all the same.
		err := asRoot(&os.PathError{Op: "open", Path: "/x", Err: os.ErrPermission}, "install")
		if !strings.Contains(err.Error(), "sudo ocellus install") || cli.CodeOf(err) != cli.Missing {
			t.Error(err)
		}
		return
	}
	if _, err := installed(t, root, "", false); err == nil || !strings.Contains(err.Error(), "sudo ocellus install") || cli.CodeOf(err) != cli.Missing {
		t.Error(err)
	}
}

// TestUnit holds the unit against systemd's own judgement where that is here,
// and against the paths of install in any case.
func TestUnit(t *testing.T) {
	for _, want := range []string{"ExecStart=" + installedBinary + " run --config " + installedConfig + "\n", "Type=notify\n", "WatchdogSec=", "DynamicUser=yes\n"} {
		if !strings.Contains(string(unit), want) {
			t.Errorf("the unit lacks %q", want)
		}
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("needs systemd-analyze (Debian: apt install systemd)")
	}
	// The program must be there for it to be a unit that could be started.
	dir := t.TempDir()
	path := filepath.Join(dir, "ocellus.service")
	text := strings.ReplaceAll(string(unit), installedBinary, "/bin/true")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", path).CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("systemd-analyze verify: %v\n%s", err, out)
	}
	// 20 stands for an exposure of 2.0, of 10.
	if out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", path).CombinedOutput(); err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
}
