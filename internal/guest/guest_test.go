package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestArchive reads an archive back by the format's own rules.
func TestArchive(t *testing.T) {
	var b bytes.Buffer
	a := archive{w: &b}
	a.folder("dev")
	a.device("dev/console", 5, 1)
	a.file("init", []byte("seven b"))
	a.file("empty", nil)
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	type entry struct {
		mode, major, minor int
		data               string
	}
	got := map[string]entry{}
	for rest := b.Bytes(); len(rest) > 0; {
		field := func(i int) int {
			v, err := strconv.ParseInt(string(rest[6+8*i:][:8]), 16, 64)
			if err != nil {
				t.Fatal(err)
			}
			return int(v)
		}
		if string(rest[:6]) != "070701" {
			t.Fatalf("an entry begins with %q", rest[:6])
		}
		size, name := field(6), field(11)
		begin := (110 + name + 3) &^ 3
		if rest[110+name-1] != 0 {
			t.Error("a name does not end in 0")
		}
		got[string(rest[110:110+name-1])] = entry{field(1), field(9), field(10), string(rest[begin : begin+size])}
		rest = rest[(begin+size+3)&^3:]
	}
	for name, want := range map[string]entry{
		"dev":         {0o040755, 0, 0, ""},
		"dev/console": {0o020600, 5, 1, ""},
		"init":        {0o100755, 0, 0, "seven b"},
		"empty":       {0o100755, 0, 0, ""},
		"TRAILER!!!":  {},
	} {
		if got[name] != want {
			t.Errorf("%s is %+v, want %+v", name, got[name], want)
		}
	}
}

func TestModulesRefuse(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "my-camera.ko"), []byte("no ELF"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := findModules(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.add("other", ""); err == nil || !strings.Contains(err.Error(), "no module other") {
		t.Errorf("a module that is not there: %v", err)
	}
	if err := m.add("my_camera", ""); err == nil || !strings.Contains(err.Error(), "my-camera.ko") {
		t.Errorf("a module that is none: %v", err)
	}
	if _, err := findModules(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func TestRelayHoldsTheKernelBack(t *testing.T) {
	var out, log bytes.Buffer
	console := "[    0.000000] Booting Linux\r\nguest: ready\r\n[   12.345678] usb 1-1: gone\r\n[not the kernel]\nno end"
	relay(strings.NewReader(console), &out, &log)
	if log.String() != console {
		t.Errorf("the log is %q", log.String())
	}
	if s := out.String(); strings.Contains(s, "Booting") || strings.Contains(s, "usb") || strings.Count(s, "\n") != 2 || !strings.HasSuffix(s, "no end") {
		t.Errorf("printed: %q", s)
	}
}

// emulator makes a program that stands for qemu.
func emulator(t *testing.T, script string) options {
	t.Helper()
	dir := t.TempDir()
	o := options{machine: machine{qemu: filepath.Join(dir, "qemu"), share: dir}, modules: t.TempDir(), init: filepath.Join(dir, "init"), limit: time.Minute}
	for name, text := range map[string]string{"qemu": "#!/bin/sh\ncd " + dir + "\n" + script, "init": "first"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestExitCodeComesBack(t *testing.T) {
	for _, c := range []struct {
		script string
		code   int
		fails  bool
	}{
		{"echo 0 >exit", 0, false},
		{"echo 3 >exit", 3, false},
		{"echo Kernel panic", 1, true},    // nothing is left behind
		{"echo ? >exit", 1, true},         //
		{"echo 0 >exit; exit 1", 0, true}, // the emulator itself fails
	} {
		o := emulator(t, c.script)
		var log bytes.Buffer
		err := o.run(t.Context(), &log, &log)
		code, unanswered := exitCode(filepath.Join(o.share, "exit"))
		if err = errors.Join(err, unanswered); code != c.code || (err != nil) != c.fails {
			t.Errorf("%s: exit code %d, %v", c.script, code, err)
		}
	}
}

func TestGuestThatHangsIsKilled(t *testing.T) {
	o := emulator(t, "echo stuck; exec sleep 600")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 100*time.Millisecond, errTime)
	defer cancel()
	var log bytes.Buffer
	if err := o.run(ctx, &log, &log); !errors.Is(err, errTime) {
		t.Errorf("it ends with %v", err)
	}
}

func TestBootNamesWhatIsMissing(t *testing.T) {
	o := emulator(t, "echo 0 >exit")
	o.qemu = "qemu-system-none"
	if _, err := o.boot(); err == nil || !strings.Contains(err.Error(), "apt-get install") {
		t.Errorf("no emulator: %v", err)
	}
	o = emulator(t, "echo 0 >exit")
	if _, err := o.boot(); err == nil || !strings.Contains(err.Error(), "virtio_pci") {
		t.Errorf("no modules: %v", err)
	}
}
