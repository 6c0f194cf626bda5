// Package avx2cap takes AVX-512, AVX-VNNI and AMX away from one shared library
// that chooses its code by CPUID and has no switch for it: the library then
// runs what it would run on a CPU that ends with AVX2.
//
// No user program can have CPUID answered otherwise where the CPU cannot fault
// on it. But CPUID and UD2, the instruction that is always illegal, are both
// two bytes long. So a copy of the library is made in which every CPUID is a
// UD2, and a handler of SIGILL executes the real one, hides what is to be
// hidden, and goes on behind it. What the library computes with is untouched.
package avx2cap

import (
	"bufio"
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
)

// Copy is a library whose CPUID instructions are replaced.
type Copy struct {
	File  string
	Sites []uint64 // addresses of the replaced instructions, from where the library is loaded
}

var (
	cpuid = []byte{0x0f, 0xa2}
	ud2   = []byte{0x0f, 0x0b}
)

// Make writes a copy of the shared library at path into the folder dir. It
// needs objdump (Debian: binutils): bytes that look like CPUID occur within
// other instructions as well, and only a disassembly tells which are.
func Make(path, dir string) (*Copy, error) {
	listing, err := disassemble(path)
	if err != nil {
		return nil, err
	}
	sites, err := sitesOf(listing)
	if err == nil && len(sites) == 0 {
		err = errors.New("no CPUID instruction is in it")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	image, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if err := replace(image, sites); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c := &Copy{filepath.Join(dir, filepath.Base(path)), sites}
	return c, atomicfile.Write(c.File, func(w io.Writer) error {
		_, err := w.Write(image)
		return err
	})
}

// disassemble returns the lines of objdump's listing that hold CPUID.
func disassemble(path string) ([]byte, error) {
	tool, err := exec.LookPath("objdump")
	if err != nil {
		return nil, fmt.Errorf("capping ONNX Runtime needs a disassembler: %w; run: scripts/need.sh objdump", err)
	}
	cmd := exec.Command(tool, "--disassemble", "--no-show-raw-insn", path)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	// The listing is some hundred times the size of what is wanted of it.
	var kept bytes.Buffer
	lines := bufio.NewReaderSize(out, 1<<20)
	for err == nil {
		var line []byte
		if line, err = lines.ReadBytes('\n'); bytes.Contains(line, []byte("cpuid")) {
			kept.Write(line)
		}
	}
	if err == io.EOF {
		err = nil
	}
	if err = errors.Join(err, cmd.Wait()); err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", tool, path, err, strings.TrimSpace(complaint.String()))
	}
	return kept.Bytes(), nil
}

// sitesOf reads the addresses of CPUID out of lines as "  b8d5ea:\tcpuid".
func sitesOf(listing []byte) ([]uint64, error) {
	var sites []uint64
	for line := range bytes.Lines(listing) {
		at, instruction, ok := strings.Cut(string(line), ":")
		if !ok || strings.TrimSpace(instruction) != "cpuid" {
			continue // a symbol's name, or an operand
		}
		site, err := strconv.ParseUint(strings.TrimSpace(at), 16, 64)
		if err != nil {
			return nil, fmt.Errorf("objdump's line %q: %w", line, err)
		}
		sites = append(sites, site)
	}
	return sites, nil
}

// replace puts UD2 over each CPUID of an ELF file.
func replace(image []byte, sites []uint64) error {
	f, err := elf.NewFile(bytes.NewReader(image))
	if err != nil {
		return err
	}
	for _, site := range sites {
		at, ok := offsetOf(f, site)
		if !ok || at+uint64(len(cpuid)) > uint64(len(image)) || !bytes.Equal(image[at:at+2], cpuid) {
			return fmt.Errorf("objdump sees CPUID at %#x, where the file has none", site)
		}
		copy(image[at:], ud2)
	}
	return nil
}

// offsetOf returns where in the file an address of code lies.
func offsetOf(f *elf.File, address uint64) (uint64, bool) {
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Flags&elf.PF_X != 0 && address >= p.Vaddr && address-p.Vaddr < p.Filesz {
			return address - p.Vaddr + p.Off, true
		}
	}
	return 0, false
}
