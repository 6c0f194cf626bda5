package out

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
)

// LogOptions say how a Log grows.
type LogOptions struct {
	MaxSize int64 // bytes at which a new file is begun; 0: never
	Keep    int   // old files that are kept: PATH.1 is the latest, PATH.2 the one before
}

// Log is a file of lines that is begun anew when it has reached a size. Each
// Write is one or more whole lines, and stands in the file whole or not at
// all: what a full disk cut off is taken back, and what a crash cut off is
// when the file is next opened. It is safe for many goroutines.
//
// A file belongs to one Log of one process.
type Log struct {
	State State

	path string
	o    LogOptions
	open func(path string) (logFile, error)

	mu     sync.Mutex
	f      logFile // nil: it is to be opened by the next Write
	size   int64   // of the whole lines
	torn   bool    // there is something after them
	mended int64
	closed bool
}

// logFile is what a Log needs of a file.
type logFile interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Stat() (os.FileInfo, error)
}

// OpenLog opens a file, or makes it, to append lines to. A last line without
// an end is taken off; see Mended.
func OpenLog(path string, o LogOptions) (*Log, error) {
	return openLog(path, o, func(path string) (logFile, error) {
		return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	})
}

func openLog(path string, o LogOptions, open func(string) (logFile, error)) (*Log, error) {
	switch {
	case o.MaxSize < 0:
		return nil, &ErrOption{"MaxSize", o.MaxSize, "0 or more bytes"}
	case o.Keep < 0:
		return nil, &ErrOption{"Keep", o.Keep, "0 or more files"}
	}
	l := &Log{path: path, o: o, open: open}
	return l, l.begin()
}

// Mended returns how many bytes of lines that were cut off have been taken
// off the file when it was opened.
func (l *Log) Mended() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mended
}

// Write appends p. After an error none of it is in the file, and the next
// Write tries again.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return 0, os.ErrClosed
	}
	if err := l.State.set(l.write(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (l *Log) write(p []byte) error {
	if l.f == nil {
		if err := l.begin(); err != nil {
			return err
		}
	}
	if err := l.mend(); err != nil {
		return err
	}
	if l.o.MaxSize > 0 && l.size > 0 && l.size+int64(len(p)) > l.o.MaxSize {
		if err := l.rotate(); err != nil {
			return err
		}
	}
	n, err := l.f.WriteAt(p, l.size)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		l.torn = true
		_ = l.mend() // else by the next Write
		return err
	}
	l.size += int64(n)
	return nil
}

// begin opens the file and finds the end of its last whole line.
func (l *Log) begin() error {
	f, err := l.open(l.path)
	if err != nil {
		return err
	}
	size, whole, err := wholeLines(f)
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", l.path, err), f.Close())
	}
	l.f, l.size, l.torn = f, whole, whole < size
	l.mended += size - whole
	if err := l.mend(); err != nil {
		l.f = nil
		return errors.Join(err, f.Close())
	}
	return nil
}

// mend takes off what stands after the whole lines.
func (l *Log) mend() error {
	if !l.torn {
		return nil
	}
	if err := l.f.Truncate(l.size); err != nil {
		return err
	}
	l.torn = false
	return nil
}

// wholeLines returns a file's size, and that of its lines that have an end.
func wholeLines(f logFile) (size, whole int64, err error) {
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, 0, errors.New("this is no regular file, and cannot be begun anew")
	}
	size = info.Size()
	buf := make([]byte, 64<<10)
	for end := size; end > 0; {
		from := max(0, end-int64(len(buf)))
		b := buf[:end-from]
		if _, err := f.ReadAt(b, from); err != nil {
			return 0, 0, err
		}
		if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
			return size, from + int64(i) + 1, nil
		}
		end = from
	}
	return size, 0, nil
}

// rotate numbers the file and begins another. What fails leaves the file as
// it is, to be written on.
func (l *Log) rotate() error {
	if l.o.Keep == 0 {
		if err := l.f.Truncate(0); err != nil {
			return err
		}
		l.size = 0
		return nil
	}
	old := func(n int) string { return l.path + "." + strconv.Itoa(n) }
	for n := l.o.Keep - 1; n > 0; n-- {
		if err := os.Rename(old(n), old(n+1)); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	if err := os.Rename(l.path, old(1)); err != nil {
		return err
	}
	f := l.f
	l.f = nil
	if err := f.Close(); err != nil {
		return err
	}
	return l.begin()
}

// Close closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.f == nil {
		return nil
	}
	f := l.f
	l.f = nil
	return f.Close()
}
