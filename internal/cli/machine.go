package cli

import (
	"bufio"
	"io"
	"os"
	"runtime"
	"strings"
)

// CPU returns the name of the processor, or its architecture where the system
// does not tell.
func CPU() string {
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		if name := cpuName(f); name != "" {
			return name
		}
	}
	// ARM boards say what they are in the device tree.
	if b, err := os.ReadFile("/proc/device-tree/model"); err == nil {
		if name := strings.Trim(string(b), "\x00 \n"); name != "" {
			return name
		}
	}
	return runtime.GOARCH
}

// cpuName reads the name out of /proc/cpuinfo, which has it under different
// keys on different architectures.
func cpuName(r io.Reader) string {
	found := map[string]string{}
	for lines := bufio.NewScanner(r); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if key = strings.TrimSpace(key); ok && found[key] == "" {
			found[key] = strings.TrimSpace(value)
		}
	}
	for _, key := range []string{"model name", "Model", "Hardware"} {
		if found[key] != "" {
			return found[key]
		}
	}
	return ""
}
