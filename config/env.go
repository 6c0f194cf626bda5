package config

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

const (
	envPrefix   = "OCELLUS_"
	environment = "environment"
)

// envName returns the variable of a path: sources[0].size becomes
// OCELLUS_SOURCES_0_SIZE.
func envName(path string) string {
	return envPrefix + strings.ToUpper(strings.NewReplacer(".", "_", "[", "_", "]", "").Replace(path))
}

// environment sets what variables say, in the order of their names. One that
// begins as a section does and names no setting is an error; others that
// begin with OCELLUS_ are none of this package's.
func (d *decoder) environment(env []string, f *File) {
	env = slices.Sorted(slices.Values(env))
	for _, line := range env {
		name, value, ok := strings.Cut(line, "=")
		if !ok || !strings.HasPrefix(name, envPrefix) || value == "" {
			continue
		}
		e := &decoder{file: environment, nodes: maxNodes, seen: d.seen}
		e.variable(name, value, reflect.ValueOf(f).Elem(), "", strings.TrimPrefix(name, envPrefix))
		for _, err := range e.errs {
			err.Path, err.Line, err.Column, err.Text = name, 0, 0, ""
		}
		d.errs = append(d.errs, e.errs...)
	}
}

// variable goes down the rest of a name from a section at path.
func (d *decoder) variable(name, value string, v reflect.Value, path, rest string) {
	var known []string
	for i := range v.NumField() {
		f := fieldOf(v.Type().Field(i))
		known = append(known, envName(joined(path, f.name)))
		section, list := sectionOf(f.typ)
		upper := strings.ToUpper(f.name)
		below, inside := strings.CutPrefix(rest, upper+"_")
		switch {
		case rest == upper && (section == nil || list):
			d.assign(value, v.Field(i), f, joined(path, f.name))
			return
		case section != nil && inside && !list:
			d.variable(name, value, v.Field(i), joined(path, f.name), below)
			return
		case section != nil && inside:
			d.element(name, value, v.Field(i), joined(path, f.name), below)
			return
		}
	}
	if path != "" {
		d.fail(spot{}, name, meant(name, known), "there is no such setting")
	}
}

// element goes on with an element of a list, 0 or 0_NAME. One after the last
// is added.
func (d *decoder) element(name, value string, v reflect.Value, path, rest string) {
	number, below, inside := strings.Cut(rest, "_")
	i, err := strconv.Atoi(number)
	if err != nil || !inside || i < 0 || i > v.Len() {
		d.fail(spot{}, name, "as "+envName(path+"[0]")+"_…", "a number from 0 to %d must follow, and the name of a setting", v.Len())
		return
	}
	if i == v.Len() {
		one := reflect.New(v.Type().Elem()).Elem()
		setDefaults(one)
		v.Set(reflect.Append(v, one))
	}
	d.variable(name, value, v.Index(i), path+"["+number+"]", below)
}

// assign reads a variable's value as the file would have it. Text is taken
// as it stands.
func (d *decoder) assign(value string, v reflect.Value, f *field, path string) {
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: value}
	if k := v.Kind(); k == reflect.Slice || k == reflect.Array || k == reflect.Map {
		var err error
		if n, err = nodeOf([]byte(value)); err != nil || n == nil {
			d.fail(spot{}, path, "write it as YAML does on one line", "%q is no YAML", clipped(value))
			return
		}
	}
	if k := v.Kind(); k == reflect.String {
		n.Style = yaml.DoubleQuotedStyle
	}
	d.seen[path] = spot{}
	d.value(n, v, f, path)
}
