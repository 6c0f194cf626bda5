package config

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// ReadToken returns what visitors of the preview must know, "" for nothing:
// Token, or what TokenFile holds without the spaces around it. The error is
// the system's for a file that cannot be read, and an *ErrConfig for one that
// holds no token.
func (p *Preview) ReadToken() (Secret, error) {
	if p.TokenFile == "" {
		return p.Token, nil
	}
	f, err := os.Open(p.TokenFile)
	if err != nil {
		return "", fmt.Errorf("preview.token_file: %w", err)
	}
	defer f.Close()
	const most = 4096
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return "", fmt.Errorf("preview.token_file: %w", err)
	}
	token := Secret(strings.TrimSpace(string(b)))
	if len(token) < leastToken || len(b) > most || strings.ContainsAny(string(token), " \t\r\n") {
		return "", &ErrConfig{
			File: p.TokenFile, Path: "preview.token_file", Why: fmt.Sprintf("holds no token: one word of %d characters or more", leastToken),
			Cure: "make one: head -c 18 /dev/urandom | base64 > FILE",
		}
	}
	return token, nil
}
