package avx2cap

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Names and operands that mention CPUID are none; the listing's addresses are
// hexadecimal.
func TestSites(t *testing.T) {
	got, err := sitesOf([]byte("0000000000b8d5e0 <cpuid>:\n  b8d5ea:\tcpuid\n  b8d5f0:\tcall   b8d5e0 <cpuid>\n  b8d79f:\tcpuid  \n"))
	if want := []uint64{0xb8d5ea, 0xb8d79f}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%#x, %v, want %#x", got, err, want)
	}
	if _, err := sitesOf([]byte("here:\tcpuid\n")); err == nil {
		t.Error("an address that is none is read")
	}
}

// A file is patched where it holds CPUID, and nowhere else.
func TestReplace(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	listing, err := disassemble(self)
	if err != nil {
		t.Skip(err)
	}
	sites, err := sitesOf(listing)
	if err != nil {
		t.Fatal(err)
	}
	if len(sites) == 0 {
		t.Skip("this binary has no CPUID instruction: the CPU is another")
	}
	before, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	after := slices.Clone(before)
	if err := replace(after, sites); err != nil {
		t.Fatal(err)
	}
	changed := 0
	for i := range after {
		if after[i] != before[i] {
			changed++
		}
	}
	// The first bytes of the two instructions are the same.
	if changed != len(sites) {
		t.Errorf("%d bytes changed for %d instructions", changed, len(sites))
	}
	for _, wrong := range []uint64{sites[0] + 1, sites[0], 1 << 60} {
		if err := replace(after, []uint64{wrong}); err == nil || !strings.Contains(err.Error(), "has none") {
			t.Errorf("at %#x: %v", wrong, err)
		}
	}
}

func TestUse(t *testing.T) {
	for u, want := range map[Use]string{0: "none", Masks | High16: "K0–K7, ZMM16–ZMM31"} {
		if got := u.String(); got != want {
			t.Errorf("%d: %q, want %q", u, got, want)
		}
	}
}
