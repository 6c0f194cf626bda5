package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// contentHash makes one hash of many files and of what is known of them. A
// file that cannot be read is hashed by that it cannot.
type contentHash struct{ h hash.Hash }

func newContentHash() contentHash { return contentHash{sha256.New()} }

func (c contentHash) file(path string) {
	f, err := os.Open(path)
	if err != nil {
		c.note("unread")
		return
	}
	defer f.Close()
	n, err := io.Copy(c.h, f)
	c.note(n, err != nil)
}

func (c contentHash) bytes(b []byte) {
	c.h.Write(b)
	c.note(len(b))
}

func (c contentHash) note(v ...any) { fmt.Fprintf(c.h, "|%v\n", v) }

func (c contentHash) sum() string { return hex.EncodeToString(c.h.Sum(nil)) }
