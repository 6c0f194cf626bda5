package kernels

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

// macro is one instruction of neon_arm64.h.
type macro struct {
	name   string
	params []string
	syntax string // the comment above it: Arm's syntax
	expr   string // the word, an expression of the parameters
}

var macroRE = regexp.MustCompile(`(?m)^// (.+)\n#define (V\w+)\(([\w, ]+)\) WORD \$\((.+)\)$`)

func neonMacros(t *testing.T) []macro {
	t.Helper()
	src, err := os.ReadFile("neon_arm64.h")
	if err != nil {
		t.Fatal(err)
	}
	var macros []macro
	for _, m := range macroRE.FindAllStringSubmatch(string(src), -1) {
		macros = append(macros, macro{m[2], strings.Split(m[3], ", "), m[1], m[4]})
	}
	if n := strings.Count(string(src), "#define"); n != len(macros) {
		t.Fatalf("neon_arm64.h has %d macros, but %d with their instruction above", n, len(macros))
	}
	return macros
}

// expand gives the instruction and the word for the arguments.
func (m *macro) expand(t *testing.T, args []int) (string, uint32) {
	t.Helper()
	text, expr := m.syntax, m.expr
	for i, p := range m.params {
		n := strconv.Itoa(args[i])
		expr = regexp.MustCompile(`\b`+p+`\b`).ReplaceAllString(expr, n)
		text = strings.ReplaceAll(text, "["+p+"]", "["+n+"]")
		text = strings.ReplaceAll(text, "#"+p, "#"+n)
		text = regexp.MustCompile(`\b([vsd])`+p+`\b`).ReplaceAllString(text, "${1}"+n)
	}
	// Go's expressions have the operators and precedence of its assembler.
	v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expr)
	if err != nil {
		t.Fatalf("%s: %v", m.name, err)
	}
	w, ok := constant.Uint64Val(v.Value)
	if !ok || w>>32 != 0 {
		t.Fatalf("%s%v: %s is no 32-bit word", m.name, args, expr)
	}
	return text, uint32(w)
}

// arguments are several choices of registers, so that every bit of every
// field is once set and once clear, and no two fields can be confused.
func (m *macro) arguments() [][]int {
	choices := [][]int{{0, 0, 0, 0}, {31, 31, 31, 31}, {1, 2, 4, 8}, {16, 8, 4, 2}, {21, 10, 27, 6}, {30, 17, 12, 3}}
	var all [][]int
	for _, c := range choices {
		args := make([]int, len(m.params))
		for i, p := range m.params {
			args[i] = c[i]
			switch p {
			case "i": // a lane
				args[i] &= 3
			case "s": // a shift to the left or right
				args[i] = max(args[i], 1)
			}
		}
		all = append(all, args)
	}
	return all
}

// llvmMC is the path of llvm-mc, or empty.
func llvmMC() string {
	for _, name := range []string{"llvm-mc", "llvm-mc-19"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

var encodedRE = regexp.MustCompile(`encoding: \[0x(..),0x(..),0x(..),0x(..)\]`)

// assemble lists every instruction with its word, as the golden table does.
func assemble(t *testing.T, mc string, instructions []string) []string {
	t.Helper()
	cmd := exec.Command(mc, "-triple=aarch64", "-mattr=+v8.2a,+fullfp16,+dotprod,+i8mm", "-show-encoding")
	cmd.Stdin = strings.NewReader(strings.Join(instructions, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	words := encodedRE.FindAllStringSubmatch(string(out), -1)
	if err != nil || len(words) != len(instructions) {
		t.Fatalf("%s: %v\n%s", mc, err, out)
	}
	lines := make([]string, len(words))
	for i, w := range words {
		lines[i] = fmt.Sprintf("%s%s%s%s %s", w[4], w[3], w[2], w[1], instructions[i])
	}
	return lines
}

// TestEncoding holds the macros of neon_arm64.h against a table that llvm-mc
// wrote, and where llvm-mc is installed against llvm-mc itself.
func TestEncoding(t *testing.T) {
	var instructions, got []string
	for _, m := range neonMacros(t) {
		for _, args := range m.arguments() {
			text, word := m.expand(t, args)
			instructions = append(instructions, text)
			got = append(got, fmt.Sprintf("%08x %s", word, text))
		}
	}
	if mc := llvmMC(); mc != "" {
		for i, want := range assemble(t, mc, instructions) {
			if got[i] != want {
				t.Errorf("the macro gives %q, %s says %q", got[i], mc, want)
			}
		}
	} else if os.Getenv("OCELLUS_UPDATE") == "1" {
		t.Fatal("the table is written only where llvm-mc can vouch for it")
	}
	if !t.Failed() {
		check.Golden(t, "testdata/neon_arm64.golden", []byte(strings.Join(got, "\n")+"\n"))
	}
}

// TestWordsOnlyInHeader: an instruction that the assembler lacks comes from
// neon_arm64.h, where TestEncoding sees it, and each of those is used.
func TestWordsOnlyInHeader(t *testing.T) {
	files, err := filepath.Glob("*_arm64.[sh]")
	if err != nil || len(files) == 0 {
		t.Fatalf("no arm64 assembly found: %v", err)
	}
	var all strings.Builder
	for _, f := range files {
		if f == "neon_arm64.h" {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if regexp.MustCompile(`(?m)^[^/\n]*\b(WORD|BYTE)\b`).Match(src) {
			t.Errorf("%s holds a bare WORD; put it into neon_arm64.h as a macro", f)
		}
		all.Write(src)
	}
	for _, m := range neonMacros(t) {
		if !strings.Contains(all.String(), m.name+"(") {
			t.Errorf("nothing uses %s of neon_arm64.h", m.name)
		}
	}
}
