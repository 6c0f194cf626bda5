package config

import (
	"path/filepath"
	"slices"
	"strings"
)

// resolve makes a relative path one that starts where the file lies. kind is
// the tag path of a setting: of a source or a model only what is a file
// becomes one.
func (d *decoder) resolve(s, kind string) string {
	if s == "" || d.base == "" || filepath.IsAbs(s) || kind == "source" && !isFile(s) || kind == "model" && !isModelFile(s) {
		return s
	}
	return filepath.Join(d.base, s)
}

// isModelFile tells a file from a model's name as the commands do.
func isModelFile(s string) bool {
	return strings.EqualFold(filepath.Ext(s), ".onnx") || strings.ContainsRune(s, filepath.Separator)
}

// bareSources are the words by which package capture opens what is no file.
var bareSources = []string{"-", "camera", "csi", "jetson-csi", "raw", "rpicam", "synthetic"}

// isFile tells a file or folder from what has a kind or a scheme before a
// colon.
func isFile(source string) bool {
	return !strings.Contains(source, ":") && !slices.Contains(bareSources, source)
}
