package main

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// module is a driver to be loaded, with its parameters.
type module struct {
	name, params string
	data         []byte
}

// modules finds drivers in the folder of a kernel's modules.
type modules struct {
	paths map[string]string // by name, with underscores as the kernel writes it
	seen  map[string]bool
	list  []module // each after those that it needs
}

func findModules(dir string) (*modules, error) {
	m := &modules{paths: map[string]string{}, seen: map[string]bool{}}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if base, ok := strings.CutSuffix(filepath.Base(path), ".ko"); ok && err == nil {
			m.paths[kernelName(base)] = path
		}
		return err
	})
	return m, err
}

func kernelName(s string) string { return strings.ReplaceAll(s, "-", "_") }

// add lists a driver after all that it depends on, each once.
func (m *modules) add(name, params string) error {
	name = kernelName(name)
	if m.seen[name] {
		return nil
	}
	m.seen[name] = true
	path, ok := m.paths[name]
	if !ok {
		return fmt.Errorf("the kernel has no module %s: it is built in, or left out", name)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	needs, err := dependencies(data)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, n := range needs {
		if err := m.add(n, ""); err != nil {
			return fmt.Errorf("%s needs another: %w", name, err)
		}
	}
	m.list = append(m.list, module{name, params, data})
	return nil
}

// dependencies returns the modules that one names in its section .modinfo,
// which holds texts KEY=VALUE that end in zeros.
func dependencies(ko []byte) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(ko))
	if err != nil {
		return nil, err
	}
	s := f.Section(".modinfo")
	if s == nil {
		return nil, fmt.Errorf("it is no module: it has no .modinfo")
	}
	info, err := s.Data()
	if err != nil {
		return nil, err
	}
	for _, text := range strings.Split(string(info), "\x00") {
		if list, ok := strings.CutPrefix(text, "depends="); ok {
			return strings.FieldsFunc(list, func(r rune) bool { return r == ',' }), nil
		}
	}
	return nil, nil
}
