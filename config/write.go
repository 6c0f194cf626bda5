package config

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// heading begins every file that Write makes.
const heading = `# Configuration of Ocellus. Lines that begin with #name: are settings at rest, with the value that
# they have anyway or one as an example. Check what you changed with

#     ocellus config check FILE

# and see docs/configuration.md for variables that override it. Relative paths start at this file.
`

// Write writes f as a file with a comment for each setting. Those that have
// their default are commented out. What Parse makes of it is f again.
func Write(w io.Writer, f *File) error {
	p := &printer{}
	p.buf.WriteString(heading)
	p.section(reflect.ValueOf(f).Elem(), "", false)
	_, err := w.Write(p.buf.Bytes())
	return err
}

type printer struct{ buf bytes.Buffer }

// section writes the settings of a struct, each line begun by indent; those
// of a list after its first element are terse.
func (p *printer) section(v reflect.Value, indent string, terse bool) {
	rest := defaultsOf(v.Type())
	for i := range v.NumField() {
		f, value := fieldOf(v.Type().Field(i)), v.Field(i)
		section, list := sectionOf(f.typ)
		usual := section == nil && reflect.DeepEqual(value.Interface(), rest.Field(i).Interface())
		if terse && usual {
			continue
		}
		if indent == "" {
			p.buf.WriteByte('\n')
		}
		if !terse {
			p.comment(f, indent)
		}
		switch {
		case list && value.Len() == 0:
			p.specimen(f, section, indent)
		case list:
			fmt.Fprintf(&p.buf, "%s%s:\n", indent, f.name)
			for i := range value.Len() {
				fmt.Fprintf(&p.buf, "%s  -\n", indent)
				p.section(value.Index(i), indent+"    ", i > 0)
			}
		case section != nil:
			fmt.Fprintf(&p.buf, "%s%s:\n", indent, f.name)
			p.section(value, indent+"  ", terse)
		case usual:
			fmt.Fprintf(&p.buf, "%s#%s: %s\n", indent, f.name, f.atRest())
		default:
			fmt.Fprintf(&p.buf, "%s%s: %s\n", indent, f.name, text(value))
		}
	}
}

// defaultsOf returns a struct as the file's silence leaves it.
func defaultsOf(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	setDefaults(v)
	return v
}

// atRest is what a setting that is commented out shows.
func (f *field) atRest() string {
	if f.example != "" {
		return f.example
	}
	return f.fallback
}

// specimen writes an element of an empty list in comments.
func (p *printer) specimen(f *field, section reflect.Type, indent string) {
	fmt.Fprintf(&p.buf, "%s#%s:\n", indent, f.name)
	lead := "- "
	for i := range section.NumField() {
		if row := fieldOf(section.Field(i)); row.atRest() != `""` {
			fmt.Fprintf(&p.buf, "%s#  %s%s: %s\n", indent, lead, row.name, row.atRest())
			lead = "  "
		}
	}
}

// width is where comments are broken.
const width = 100

// comment writes what a setting means, and what it may be.
func (p *printer) comment(f *field, indent string) {
	words := strings.Fields(f.doc)
	if within := f.within(); within != "" {
		words = append(words, strings.Fields("("+within+")")...)
	}
	line := indent + "#"
	for _, w := range words {
		if len(line)+1+len(w) > width && line != indent+"#" {
			p.buf.WriteString(line + "\n")
			line = indent + "#"
		}
		line += " " + w
	}
	p.buf.WriteString(line + "\n")
}

// Starter is what to begin with: one source, and the preview for this machine
// alone.
func Starter(source string) *File {
	f := Default()
	s := NewSource(source)
	s.Name = "camera1"
	f.Sources = []Source{s}
	f.Preview.Listen = DefaultListen
	return &f
}
