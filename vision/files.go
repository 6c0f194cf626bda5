package vision

import (
	"os"
	"path/filepath"
	"strings"
)

// Files returns what an argument stands for: the file itself, or the picture
// files that lie directly in the folder, sorted by name. Those are told by
// their ending (.jpg, .jpeg, .jpe, .jfif, .png, .webp, .bmp, in either case);
// hidden ones and folders within are left out. A folder without any is an
// error. Errors are *ErrImage.
func Files(path string) ([]string, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	if !st.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path) // sorted by name
	if err != nil {
		return nil, fileError(path, err)
	}
	var files []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || !pictureName(e.Name()) {
			continue
		}
		name := filepath.Join(path, e.Name())
		// A link counts as what it leads to; a pipe would make a reader wait.
		if st, err := os.Stat(name); err == nil && st.Mode().IsRegular() {
			files = append(files, name)
		}
	}
	if len(files) == 0 {
		return nil, &ErrImage{File: path, Why: "there is no picture in this folder", Cure: "JPEG, PNG, WebP and BMP files directly in it are looked for"}
	}
	return files, nil
}

func pictureName(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp":
		return true
	}
	return false
}
