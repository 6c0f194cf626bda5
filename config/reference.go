package config

import (
	"fmt"
	"io"
	"strings"
)

// WriteReference writes the table of settings as Markdown.
func WriteReference(w io.Writer) error {
	var b strings.Builder
	b.WriteString(`# Settings

One YAML file holds all that can be set. ` + "`ocellus config init`" + ` writes one to begin with,
` + "`ocellus config check`" + ` says what is wrong with one, or what it would run, and ` + "`ocellus run --config`" + ` runs it.
Relative paths start at the file. A setting that is not given, or is empty, has its default.

Each setting can be overridden by the variable beside it; an empty variable is none. 0 stands for the place
in the list; the place after the last adds an element. Lists and maps are written there as YAML does on one
line: ` + "`[face, person]`, `{person: 0.6}`" + `. Relative paths in variables start at the working folder.
A variable that begins as those of a section do and names no setting is an error.

A secret is best kept in a file of its own, which the setting names (` + "`preview.token_file`" + `).

This page is written from the fields of ` + "`config.File`" + `, by a test of package config.
`)
	for _, f := range Fields() {
		if f.Section {
			fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", f.Path, f.Doc)
			b.WriteString("| setting | default | meaning | variable |\n| --- | --- | --- | --- |\n")
			continue
		}
		if f.Path == "models" {
			b.WriteString("\n## Of everything\n\n| setting | default | meaning | variable |\n| --- | --- | --- | --- |\n")
		}
		kind := f.Kind
		if f.Range != "" {
			kind += ", " + f.Range
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s *%s* | `%s` |\n", f.Path, f.Default, f.Doc, kind, f.Env())
	}
	_, err := io.WriteString(w, b.String())
	return err
}
