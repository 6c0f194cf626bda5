package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// sha256Of returns the hash of a file, in hexadecimal.
func sha256Of(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}

// commandLine writes the words of a command so that it can be run again: each
// quoted where a shell would need it.
func commandLine(args []string) string {
	words := make([]string, len(args))
	for i, w := range args {
		if words[i] = w; strings.ContainsAny(w, " *?[]'\"$&;|<>()\\") {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// revision names what was built.
func revision(b cli.Build) string {
	switch {
	case b.Revision == "":
		return b.Version // of make, which names the commit
	case b.Modified:
		return fmt.Sprintf("%.12s, modified", b.Revision)
	}
	return fmt.Sprintf("%.12s", b.Revision)
}

// record writes a result to PREFIX.json, for programs, and to PREFIX.md, for
// people.
func record(prefix string, result any, markdown string) error {
	if err := os.MkdirAll(filepath.Dir(prefix), 0o755); err != nil {
		return err
	}
	b, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	for name, text := range map[string]string{prefix + ".json": string(b) + "\n", prefix + ".md": markdown} {
		err := atomicfile.Write(name, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
		if err != nil {
			return cli.Exit(cli.Missing, err)
		}
	}
	return nil
}

// markdownTable writes a table whose columns from right on are flush right.
func markdownTable(b *strings.Builder, head []string, right int, rows [][]string) {
	rule := make([]string, len(head))
	for i := range rule {
		if rule[i] = "---"; i >= right {
			rule[i] = "---:"
		}
	}
	for _, row := range append([][]string{head, rule}, rows...) {
		for i, cell := range row {
			row[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		fmt.Fprintf(b, "| %s |\n", strings.Join(row, " | "))
	}
	b.WriteString("\n")
}
