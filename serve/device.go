package serve

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// device is how the machine fares, as far as Linux tells.
type device struct {
	Temperature *float64 `json:"cpu_celsius,omitempty"` // the highest of the zones of processors
	Throttled   *bool    `json:"throttled,omitempty"`   // now, by heat or by voltage; on a Raspberry Pi
}

// sysfs is where Linux tells of the machine. Tests have their own.
var sysfs = "/sys"

func readDevice() (d device) {
	zones, _ := filepath.Glob(filepath.Join(sysfs, "class/thermal/thermal_zone*"))
	for _, z := range zones {
		kind := strings.ToLower(word(filepath.Join(z, "type")))
		if !strings.Contains(kind, "cpu") && !strings.Contains(kind, "pkg") && !strings.Contains(kind, "soc") {
			continue
		}
		milli, err := strconv.ParseFloat(word(filepath.Join(z, "temp")), 64)
		if t := milli / 1000; err == nil && (d.Temperature == nil || t > *d.Temperature) {
			d.Temperature = &t
		}
	}
	// Bits 0 to 3 say under-voltage, capped, throttled and soft limit, now.
	flags, err := strconv.ParseUint(word(filepath.Join(sysfs, "devices/platform/soc/soc:firmware/get_throttled")), 16, 32)
	if err == nil {
		now := flags&0xf != 0
		d.Throttled = &now
	}
	return d
}

// word returns what a file of sysfs holds, "" for one that cannot be read.
func word(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
