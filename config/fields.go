package config

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Field is one row of the table of settings.
type Field struct {
	Path    string // sources[].size
	Kind    string // what is written there: text, number, size as 640x480, …
	Default string // as the file would write it; "" for an empty one
	Range   string // what it may be; "" for anything of its kind
	Doc     string
	Section bool // it has settings of its own, or a list of such
}

// Env is the variable that overrides a setting. In those of lists, 0 stands
// for the place in the list.
func (f Field) Env() string { return envName(strings.ReplaceAll(f.Path, "[]", "[0]")) }

// Fields lists all settings, in the order of the file.
func Fields() []Field {
	var all []Field
	listFields(reflect.TypeFor[File](), "", &all)
	return all
}

func listFields(t reflect.Type, prefix string, to *[]Field) {
	for i := range t.NumField() {
		f := fieldOf(t.Field(i))
		path := prefix + f.name
		section, list := sectionOf(f.typ)
		if list {
			path += "[]"
		}
		*to = append(*to, Field{Path: path, Kind: kindOf(f.typ), Default: f.fallback, Range: f.within(), Doc: f.doc, Section: section != nil})
		if section != nil {
			listFields(section, path+".", to)
		}
	}
}

// sectionOf returns the struct that a type is, or is a list of.
func sectionOf(t reflect.Type) (section reflect.Type, list bool) {
	switch {
	case t == reflect.TypeFor[Size]():
	case t.Kind() == reflect.Struct:
		return t, false
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		return t.Elem(), true
	}
	return nil, false
}

// field is a row as the code uses it.
type field struct {
	name, doc, fallback, example, path string
	min, max                           string
	most                               int // elements; 0: any number
	oneof                              []string
	typ                                reflect.Type
}

func fieldOf(f reflect.StructField) *field {
	r := &field{
		name: f.Tag.Get("yaml"), doc: f.Tag.Get("doc"), fallback: f.Tag.Get("default"), example: f.Tag.Get("example"),
		path: f.Tag.Get("path"), min: f.Tag.Get("min"), max: f.Tag.Get("max"), typ: f.Type,
	}
	if most := f.Tag.Get("most"); most != "" {
		var err error
		if r.most, err = strconv.Atoi(most); err != nil {
			panic("config: the tag most of " + r.name + ": " + err.Error()) // a mistake in a tag, which every test finds
		}
	}
	if words := f.Tag.Get("oneof"); words != "" {
		r.oneof = strings.Split(words, "|")
	}
	if section, _ := sectionOf(f.Type); r.fallback == "" && section == nil {
		r.fallback = text(reflect.Zero(f.Type))
	}
	return r
}

// within says what a value may be.
func (f *field) within() string {
	switch {
	case f.oneof != nil:
		return strings.Join(f.oneof, ", ")
	case f.min != "" && f.max != "":
		return f.min + " to " + f.max
	case f.min != "":
		return f.min + " or more"
	}
	return ""
}

// kindOf says what is written for a value of a type.
func kindOf(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return "duration, as 500ms, 2s or 1h30m"
	case reflect.TypeFor[Size]():
		return "size, as 640x480"
	case reflect.TypeFor[Bytes]():
		return "size with its unit, as 10MiB"
	case reflect.TypeFor[Point]():
		return "point [x, y]"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "whole number"
	case reflect.Float64:
		return "number"
	case reflect.String:
		return "text"
	case reflect.Array:
		return fmt.Sprintf("list of %d numbers", t.Len())
	case reflect.Slice:
		return "list"
	}
	return "map"
}
