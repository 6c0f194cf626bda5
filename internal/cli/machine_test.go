package cli

import (
	"strings"
	"testing"
)

func TestCPUName(t *testing.T) {
	for _, c := range []struct{ info, want string }{
		{"processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\nmodel name\t: Other\n", "Some CPU @ 2 GHz"},
		{"processor : 0\nBogoMIPS : 108.00\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n", "Raspberry Pi 4 Model B Rev 1.4"},
		{"processor : 0\nHardware : BCM2835\n", "BCM2835"},
		{"processor : 0\nmodel : 85\n", ""},
		{"", ""},
	} {
		if got := cpuName(strings.NewReader(c.info)); got != c.want {
			t.Errorf("cpuName(%q) = %q, want %q", c.info, got, c.want)
		}
	}
	if CPU() == "" {
		t.Error("this machine's CPU has no name at all")
	}
}
