package kernels

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/check"
)

var (
	vexMacroRE = regexp.MustCompile(`(?m)^// (\{vex\} .+)\n#define (V\w+)\(b, a, c\) (BYTE .+)$`)
	vexByteRE  = regexp.MustCompile(`BYTE \$(0x\w+|\(.+\))$`)
)

// vexWord gives the code of a macro of vnni_amd64.h for the registers.
func vexWord(t *testing.T, body string, b, a, c int) string {
	t.Helper()
	for name, n := range map[string]int{"b": b, "a": a, "c": c} {
		body = regexp.MustCompile(`\b`+name+`\b`).ReplaceAllString(body, strconv.Itoa(n))
	}
	var code []string
	for _, part := range strings.Split(body, "; ") {
		m := vexByteRE.FindStringSubmatch(part)
		if m == nil {
			t.Fatalf("%q is no BYTE", part)
		}
		v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, m[1])
		if err != nil {
			t.Fatal(err)
		}
		n, ok := constant.Int64Val(v.Value)
		if !ok || n < 0 || n > 255 {
			t.Fatalf("%s is no byte", part)
		}
		code = append(code, fmt.Sprintf("0x%02x", n))
	}
	return strings.Join(code, ",")
}

// TestVEXEncoding holds the macros of vnni_amd64.h, for all registers, against a
// table that llvm-mc wrote, and where llvm-mc is installed against llvm-mc itself.
func TestVEXEncoding(t *testing.T) {
	src, err := os.ReadFile("vnni_amd64.h")
	if err != nil {
		t.Fatal(err)
	}
	macros := vexMacroRE.FindAllStringSubmatch(string(src), -1)
	if n := strings.Count(string(src), "#define"); n == 0 || n != len(macros) {
		t.Fatalf("vnni_amd64.h has %d macros, but %d with their instruction above", n, len(macros))
	}
	var text, got []string
	for _, m := range macros {
		for i := range 64 {
			b, a, c := i%16, (i*5+i/16)%16, (i*11+3*(i/16))%16
			line := strings.NewReplacer("%ymmb", fmt.Sprintf("%%ymm%d", b), "%ymma", fmt.Sprintf("%%ymm%d", a), "%ymmc", fmt.Sprintf("%%ymm%d", c)).Replace(m[1])
			text = append(text, line)
			got = append(got, vexWord(t, m[3], b, a, c)+" "+line)
		}
	}
	if mc := llvmMC(); mc != "" {
		cmd := exec.Command(mc, "-triple=x86_64", "-mattr=+avxvnni", "-show-encoding")
		cmd.Stdin = strings.NewReader(strings.Join(text, "\n") + "\n")
		out, err := cmd.CombinedOutput()
		codes := regexp.MustCompile(`encoding: \[([0-9a-fx,]+)\]`).FindAllStringSubmatch(string(out), -1)
		if err != nil || len(codes) != len(text) {
			t.Fatalf("%s: %v\n%s", mc, err, out)
		}
		for i, code := range codes {
			if want := code[1] + " " + text[i]; got[i] != want {
				t.Errorf("the macro gives %q, %s says %q", got[i], mc, want)
			}
		}
	} else if os.Getenv("OCELLUS_UPDATE") == "1" {
		t.Fatal("the table is written only where llvm-mc can vouch for it")
	}
	if !t.Failed() {
		check.Golden(t, "testdata/vnni_amd64.golden", []byte(strings.Join(got, "\n")+"\n"))
	}
}

// TestVEXNumbers: where a register goes with its number, for the macros, the
// number is that of the register.
func TestVEXNumbers(t *testing.T) {
	numbers := map[string]string{}
	pairs := 0
	for _, file := range []string{"gemm_i8_avx2_amd64.h", "gemm_i8_avxvnni_amd64.s", "gemm_i8_vnni256_amd64.h"} {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^#define (\w+)\s+Y(\d+)\b`).FindAllStringSubmatch(string(src), -1) {
			numbers[m[1]] = m[2]
		}
		for _, m := range regexp.MustCompile(`\b([bcx]\d+), (\d+)\b`).FindAllStringSubmatch(string(src), -1) {
			if pairs++; numbers[m[1]] != m[2] {
				t.Errorf("%s: %s is Y%s, not %s", file, m[1], numbers[m[1]], m[2])
			}
		}
	}
	if pairs < 50 {
		t.Errorf("only %d registers with numbers found", pairs)
	}
}
