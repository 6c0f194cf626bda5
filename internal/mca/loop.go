package main

import (
	"debug/elf"
	"debug/gosym"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// loop is a marked stretch of an assembly file.
type loop struct {
	name         string
	file         string // without folder
	first, last  int    // lines
	instructions []string
}

var markRE = regexp.MustCompile(`^\s*// mca:(begin|end)\s*(.*)$`)

func findLoops(pattern string) ([]*loop, error) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no %s here; run in the root of the repository", pattern)
	}
	var loops []*loop
	for _, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var open *loop
		for i, line := range strings.Split(string(src), "\n") {
			m := markRE.FindStringSubmatch(line)
			switch {
			case m == nil:
			case m[1] == "begin" && open == nil:
				open = &loop{name: m[2], file: filepath.Base(path), first: i + 1}
			case m[1] == "end" && open != nil:
				open.last = i + 1
				loops = append(loops, open)
				open = nil
			default:
				return nil, fmt.Errorf("%s:%d: mca:%s out of turn", path, i+1, m[1])
			}
		}
		if open != nil {
			return nil, fmt.Errorf("%s: %s has no mca:end", path, open.name)
		}
	}
	return loops, nil
}

// readCode links the package's test binary for arm64 and takes every loop's
// instructions out of it, by the line table that Go keeps.
func readCode(loops []*loop) error {
	dir, err := os.MkdirTemp("", "mca")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "kernels.test")
	build := exec.Command("go", "test", "-c", "-o", bin, "./kernels")
	build.Env = append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("go test -c ./kernels: %w", err)
	}
	f, err := elf.Open(bin)
	if err != nil {
		return err
	}
	defer f.Close()
	text := f.Section(".text")
	code, err := text.Data()
	if err != nil {
		return err
	}
	lines, err := f.Section(".gopclntab").Data()
	if err != nil {
		return err
	}
	table, err := gosym.NewTable(nil, gosym.NewLineTable(lines, text.Addr))
	if err != nil {
		return err
	}
	for _, l := range loops {
		marked, err := disassemble(l.words(table, code, text.Addr))
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		if l.instructions, err = firstLoop(marked); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	return nil
}

// words are the loop's instructions as they stand in the binary.
func (l *loop) words(table *gosym.Table, code []byte, base uint64) []byte {
	var words []byte
	for _, fn := range table.Funcs {
		if file, _, _ := table.PCToLine(fn.Entry); filepath.Base(file) != l.file {
			continue
		}
		for pc := fn.Entry; pc < fn.End; pc += 4 {
			if _, line, _ := table.PCToLine(pc); l.first < line && line < l.last {
				words = append(words, code[pc-base:pc-base+4]...)
			}
		}
	}
	return words
}

func disassemble(words []byte) ([]string, error) {
	if len(words) == 0 {
		return nil, fmt.Errorf("not found in the binary")
	}
	mc, err := tool("llvm-mc")
	if err != nil {
		return nil, err
	}
	var hex strings.Builder
	for _, b := range words {
		fmt.Fprintf(&hex, "0x%02x ", b)
	}
	cmd := exec.Command(mc, "--disassemble", "-triple=aarch64", "-mattr=+v8.2a,+dotprod,+fullfp16")
	cmd.Stdin = strings.NewReader(hex.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", mc, err, out)
	}
	var list []string
	for _, line := range strings.Split(string(out), "\n") {
		if line = strings.TrimSpace(line); line != "" && line[0] != '.' {
			list = append(list, line)
		}
	}
	if len(list) != len(words)/4 {
		return nil, fmt.Errorf("%d words, but disassembled:\n%s", len(words)/4, out)
	}
	return list, nil
}

var backwardsRE = regexp.MustCompile(`^(?:b\.|cbn?z|tbn?z).*#-(\d+)$`)

// firstLoop are the instructions from the first branch backwards' target to
// that branch: a macro may hold more loops than the one that matters.
func firstLoop(marked []string) ([]string, error) {
	for i, in := range marked {
		m := backwardsRE.FindStringSubmatch(strings.ReplaceAll(in, "\t", " "))
		if m == nil {
			continue
		}
		bytes, err := strconv.Atoi(m[1])
		if err != nil || bytes/4 > i {
			return nil, fmt.Errorf("%s leaves what is marked", in)
		}
		return marked[i-bytes/4 : i+1], nil
	}
	return nil, fmt.Errorf("no branch backwards in what is marked")
}

// multiplyAdds are the loop's vector multiplications, with or without addition.
func (l *loop) multiplyAdds() []string {
	var list []string
	for _, in := range l.instructions {
		if multiplyRE.MatchString(in) {
			list = append(list, in)
		}
	}
	return list
}

// dotProduct reports whether the loop needs a core with SDOT.
func (l *loop) dotProduct() bool {
	return slices.ContainsFunc(l.instructions, func(in string) bool { return strings.HasPrefix(in, "sdot") })
}

var multiplyRE = regexp.MustCompile(`^(fmla|sdot|smull2?|smlal2?)\b`)
