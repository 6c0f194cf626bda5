// Package report builds the pages that Ocellus draws: one self-contained HTML
// file with its style, its pictures and its charts inside, that needs no
// network and no script, for light and dark screens, phones and paper.
//
// A Page is a title and a list of blocks:
//
//	page := report.Page{Title: "Faces", Lead: "Two photographs.", Blocks: []report.Block{
//		report.Heading("Timings"),
//		report.Table{Caption: "Milliseconds a stage", Columns: []report.Column{{Name: "stage"}, {Name: "ms", Numeric: true}}, Rows: rows},
//		report.Figure{Data: jpeg, Caption: "A street", Alt: "Three people, each face in a box"},
//	}}
//	err := page.Save("index.html")
//
// All text is plain text and is escaped. What is wrong with a block (a ragged
// table, a picture that is none) is an error of Write and Save, which then
// write nothing.
package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"sync"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
)

// Page is a whole page.
type Page struct {
	Title  string
	Lead   string // a sentence or two under the title; may be empty
	Lang   string // of the text, as in BCP 47; "" is "en"
	Blocks []Block
	Foot   string // a line at the end, such as when and by what it was made; may be empty
}

// Block is a part of a page: Heading, Text, Facts, Table, Figure, Gallery,
// Matrix, Bars, Lines or Code.
type Block interface {
	// view returns the name of the block's template and what that shows.
	view() (name string, data any, err error)
}

// Heading opens a section of the page.
type Heading string

// Text is a paragraph.
type Text string

// Code is shown as it is, line by line, in a type of fixed width.
type Code string

// Facts are names with their values, for what is seen at a glance.
type Facts []Fact

// Fact is one of Facts.
type Fact struct{ Name, Value string }

// Table shows rows of cells.
type Table struct {
	Caption string
	Columns []Column
	Rows    [][]string // each as long as Columns
}

// Column is a column of a Table.
type Column struct {
	Name    string
	Numeric bool // set flush right, digits below digits
}

func (h Heading) view() (string, any, error) { return "heading", string(h), nil }
func (t Text) view() (string, any, error)    { return "text", string(t), nil }
func (c Code) view() (string, any, error)    { return "code", string(c), nil }
func (f Facts) view() (string, any, error)   { return "facts", f, nil }

func (t Table) view() (string, any, error) {
	type cell struct {
		Text          string
		Numeric, Head bool
	}
	rows := make([][]cell, len(t.Rows))
	for i, r := range t.Rows {
		if len(r) != len(t.Columns) {
			return "", nil, fmt.Errorf("table %q: row %d has %d cells for %d columns", t.Caption, i, len(r), len(t.Columns))
		}
		for j, text := range r {
			// A first column of words names its row.
			rows[i] = append(rows[i], cell{text, t.Columns[j].Numeric, j == 0 && !t.Columns[j].Numeric})
		}
	}
	return "table", struct {
		Table
		Cells [][]cell
	}{t, rows}, nil
}

//go:embed page.html
var files embed.FS

//go:embed style.css
var style string

// Style returns the style sheet of pages, for other pages that look alike.
func Style() string { return style }

// templates are parsed when the first page is written: most commands write none.
var templates = sync.OnceValue(func() *template.Template { return template.Must(template.ParseFS(files, "page.html")) })

// Write writes the page as HTML.
func (p *Page) Write(w io.Writer) error {
	var b bytes.Buffer
	if err := p.render(&b); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Save writes the page to a file, which appears whole or not at all.
func (p *Page) Save(path string) error { return atomicfile.Write(path, p.Write) }

func (p *Page) render(b *bytes.Buffer) error {
	view := struct {
		*Page
		Style template.CSS
		Body  []template.HTML
	}{Page: p, Style: template.CSS(style)}
	for i, block := range p.Blocks {
		if block == nil {
			return fmt.Errorf("block %d is nil", i)
		}
		name, data, err := block.view()
		if err != nil {
			return err
		}
		var part bytes.Buffer
		if err := templates().ExecuteTemplate(&part, name, data); err != nil {
			return err
		}
		view.Body = append(view.Body, template.HTML(part.String()))
	}
	return templates().ExecuteTemplate(b, "page", view)
}
