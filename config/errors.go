package config

import (
	"fmt"
	"strconv"
	"strings"
)

// ErrConfig says what is wrong where.
type ErrConfig struct {
	File   string // "environment" for a variable, which Path then names
	Line   int    // from 1; 0: the whole file
	Column int    // from 1, in characters
	Path   string // the setting, as sources[0].size; "" for what is no YAML
	Why    string
	Cure   string // what to do about it; may be empty
	Text   string // the line itself; may be empty
}

func (e *ErrConfig) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	b.WriteString(": ")
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Why)
	if e.Cure != "" {
		b.WriteString("; " + e.Cure)
	}
	return b.String()
}

// Shown is the line of the file with a caret below what is wrong, "" where
// there is no line to show. Long lines are cut about it.
func (e *ErrConfig) Shown() string {
	if e.Text == "" || e.Line == 0 {
		return ""
	}
	const most = 100
	line, at := []rune(strings.ReplaceAll(e.Text, "\t", " ")), max(e.Column-1, 0)
	at = min(at, len(line))
	if at > most/2 {
		line, at = line[at-most/2:], most/2
	}
	line = line[:min(len(line), most)]
	number := strconv.Itoa(e.Line)
	return fmt.Sprintf("%s | %s\n%s | %s^", number, printable(line), strings.Repeat(" ", len(number)), strings.Repeat(" ", at))
}

// printable keeps control characters away from terminals.
func printable(line []rune) string {
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, string(line))
}

// Errors are all that is wrong with a file, in the order of its lines. It is
// never empty.
type Errors []*ErrConfig

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first *ErrConfig.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, one := range e {
		list[i] = one
	}
	return list
}
