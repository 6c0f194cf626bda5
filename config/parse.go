package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
)

const (
	// MaxFile bounds a file, in bytes.
	MaxFile = 256 << 10
	// maxNodes bounds what is read of it, counting what an alias stands for
	// wherever it does so.
	maxNodes = 100_000
	// maxDepth bounds how deep it is nested; no setting lies deeper than 6.
	maxDepth = 64
	// maxErrors bounds what is reported at once.
	maxErrors = 50
)

// Load reads the file at path, with variables of env ("NAME=value", as
// os.Environ has them) over it. Where a file cannot be read the error is the
// system's; what is wrong in it is Errors.
func Load(path string, env []string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, MaxFile+1))
	if err != nil {
		return nil, err
	}
	return Parse(path, text, env)
}

// Parse reads text as Load does the file called name, beside which relative
// paths lie. Errors are Errors.
func Parse(name string, text []byte, env []string) (*File, error) {
	d := &decoder{file: name, base: filepath.Dir(name), nodes: maxNodes, seen: map[string]spot{}}
	file := Default()
	d.document(text, &file)
	d.environment(env, &file)
	if len(d.errs) == 0 {
		d.check(&file)
	}
	if len(d.errs) == 0 {
		return &file, nil
	}
	slices.SortStableFunc(d.errs, func(a, b *ErrConfig) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return nil, Errors(d.errs)
}

// Default is what an empty file stands for.
func Default() File {
	var f File
	setDefaults(reflect.ValueOf(&f).Elem())
	return f
}

// setDefaults fills a struct by its tags.
func setDefaults(v reflect.Value) {
	for i := range v.NumField() {
		f, to := fieldOf(v.Type().Field(i)), v.Field(i)
		if section, list := sectionOf(f.typ); section != nil {
			if !list {
				setDefaults(to)
			}
			continue
		}
		d := &decoder{nodes: maxNodes, seen: map[string]spot{}}
		d.value(mustNode(f.fallback), to, f, f.name)
		if len(d.errs) > 0 {
			panic("config: the default of " + f.name + ": " + d.errs[0].Error()) // a mistake in a tag, which every test finds
		}
	}
}

func mustNode(text string) *yaml.Node {
	n, err := nodeOf([]byte(text))
	if err != nil {
		panic("config: " + text + ": " + err.Error())
	}
	return n
}

// errSecond is a second document after the first.
var errSecond = errors.New("a second document begins after the first")

// nodeOf reads one document; the node is nil for an empty one.
func nodeOf(text []byte) (*yaml.Node, error) {
	limits := loaderlimits.New(loaderlimits.DepthValue(maxDepth))
	loader, err := yaml.NewLoader(bytes.NewReader(text), yaml.WithV4Defaults(), yaml.WithPlugin(limits), yaml.WithUniqueKeys(false))
	if err != nil {
		return nil, err
	}
	var n, second yaml.Node
	if err := loader.Load(&n); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	if err := loader.Load(&second); err == nil {
		return nil, yaml.NewLoadError("composer", errSecond.Error(), yaml.Mark{Line: second.Line, Column: second.Column}, errSecond)
	} else if !errors.Is(err, io.EOF) {
		return nil, err
	}
	if n.Kind == yaml.DocumentNode && len(n.Content) == 1 {
		return n.Content[0], nil
	}
	return nil, nil
}

// spot is where something lies in the file.
type spot struct{ line, column int }

// decoder reads a document into a File and collects what is wrong with it.
type decoder struct {
	file, base string
	lines      []string
	errs       []*ErrConfig
	nodes      int             // that may still be read
	seen       map[string]spot // where each setting was given
}

func (d *decoder) document(text []byte, f *File) {
	if len(text) > MaxFile {
		d.errs = append(d.errs, &ErrConfig{File: d.file, Why: fmt.Sprintf("is larger than %v", Bytes(MaxFile)), Cure: "is it a configuration of Ocellus? ocellus config init writes one to begin with"})
		return
	}
	d.lines = strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	n, err := nodeOf(text)
	if err != nil {
		d.notYAML(err)
		return
	}
	if n != nil {
		d.section(n, reflect.ValueOf(f).Elem(), "")
	}
}

// notYAML reports what the library found.
func (d *decoder) notYAML(err error) {
	e := &ErrConfig{File: d.file, Why: "is no YAML: " + err.Error()}
	var le *yaml.LoadError
	if errors.As(err, &le) {
		e.Why, e.Line, e.Column = "is no YAML: "+le.Message, le.Mark.Line, max(le.Mark.Column, 1)
		if le.ContextMsg != "" {
			e.Why += ", " + le.ContextMsg
		}
		if le.ContextMark.Line > 0 && le.ContextMark.Line != le.Mark.Line {
			e.Why += fmt.Sprintf(" that begins in line %d", le.ContextMark.Line)
		}
	}
	e.Text = d.lineAt(e.Line)
	if strings.HasPrefix(strings.TrimLeft(e.Text, " "), "\t") {
		e.Cure = "indent with spaces, not with tabs"
	}
	d.errs = append(d.errs, e)
}

func (d *decoder) lineAt(line int) string {
	if line < 1 || line > len(d.lines) {
		return ""
	}
	return d.lines[line-1]
}

// fail reports what is wrong at a spot.
func (d *decoder) fail(at spot, path, cure, why string, args ...any) {
	if len(d.errs) == maxErrors {
		return
	}
	d.errs = append(d.errs, &ErrConfig{
		File: d.file, Line: at.line, Column: at.column, Path: path, Why: fmt.Sprintf(why, args...), Cure: cure, Text: d.lineAt(at.line),
	})
}

func at(n *yaml.Node) spot { return spot{n.Line, n.Column} }
