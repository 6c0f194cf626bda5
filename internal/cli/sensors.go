package cli

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ClockMHz returns the fastest clock of a core at the moment, or 0 where the
// system does not tell.
func ClockMHz() int { return highest("/sys/devices/system/cpu/cpu*/cpufreq/scaling_cur_freq") / 1000 }

// Celsius returns the highest temperature that the system reports, or 0 where
// it reports none.
func Celsius() float64 { return float64(highest("/sys/class/thermal/thermal_zone*/temp")) / 1000 }

// CacheBytes returns the size of the largest cache that a core uses, or 0 where
// the system does not tell.
func CacheBytes() int { return highest("/sys/devices/system/cpu/cpu0/cache/index*/size") << 10 }

// highest returns the largest of the numbers in files, each of which holds one,
// as it is or followed by K.
func highest(pattern string) (most int) {
	files, _ := filepath.Glob(pattern) // the pattern is well formed
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(string(b)), "K")); err == nil {
			most = max(most, n)
		}
	}
	return most
}

// PeakRSS returns the most memory that this process has had resident, in
// bytes, or 0 where the system does not tell.
func PeakRSS() int {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) == 3 && fields[0] == "VmHWM:" {
			kib, _ := strconv.Atoi(fields[1]) // 0 is "not told"
			return kib << 10
		}
	}
	return 0
}
