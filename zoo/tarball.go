package zoo

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
)

// Limits of what is read of a package, whatever its headers say.
const (
	maxTarball  = 1 << 30
	maxUnpacked = 4 << 30
	maxFile     = 1 << 30
	maxEntries  = 100_000
)

// readTarball returns one regular file of a gzipped tarball. Nothing is
// unpacked to disk, so that no path in the tarball can lead anywhere.
func readTarball(tarball, name string) ([]byte, error) {
	f, err := os.Open(tarball)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readTar(f, name, maxUnpacked)
}

func readTar(r io.Reader, name string, limit int64) ([]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("tarball: %w", err)
	}
	defer z.Close()
	capped := &io.LimitedReader{R: z, N: limit}
	t := tar.NewReader(capped)
	for range maxEntries {
		h, err := t.Next()
		switch {
		case err != nil && capped.N <= 0:
			return nil, fmt.Errorf("tarball: unpacks to more than %d bytes", limit)
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("tarball: has no file %s", name)
		case err != nil:
			return nil, fmt.Errorf("tarball: %w", err)
		case path.Clean(h.Name) != name:
			continue
		case h.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("tarball: %s is not a regular file", name)
		case h.Size > maxFile:
			return nil, fmt.Errorf("tarball: %s is %d bytes, the limit is %d", name, h.Size, maxFile)
		}
		data, err := io.ReadAll(t)
		if err != nil && capped.N <= 0 {
			err = fmt.Errorf("unpacks to more than %d bytes", limit)
		}
		if err != nil {
			return nil, fmt.Errorf("tarball: %s: %w", name, err)
		}
		return data, nil
	}
	return nil, fmt.Errorf("tarball: has more than %d entries", maxEntries)
}
