package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/internal/cli"
)

// TestSoak runs at 30 frames a second for as long as OCELLUS_SOAK says, and
// holds the memory of the last third of that against the second: what grows
// for ever shows there. The first third is for warming up.
func TestSoak(t *testing.T) {
	text := os.Getenv("OCELLUS_SOAK")
	if text == "" {
		t.Skip("OCELLUS_SOAK does not say for how long, as 60s or 30m")
	}
	all, err := time.ParseDuration(text)
	if err != nil || all < 3*time.Second {
		t.Fatalf("OCELLUS_SOAK is %q; say how long, 3s or more", text)
	}
	const room = 3 << 20
	over := make(chan [3]uint64, 1)
	go func() {
		var most [3]uint64 // of each third
		start, tick := time.Now(), time.NewTicker(all/60)
		defer tick.Stop()
		for range tick.C {
			at := time.Since(start)
			if at >= all {
				over <- most
				return
			}
			i := min(int(3*at/all), 2)
			debug.FreeOSMemory() // what is not used is not counted
			most[i] = max(most[i], heap())
		}
	}()
	_, errs, code := run(t, "run", "--source", "synthetic:640x480@30", "--source", "synthetic:320x240@30", "--model", spots,
		"--duration", all.String(), "--motion", "--events", os.DevNull, "--snapshots", t.TempDir())
	most := <-over
	if code != cli.OK || strings.Contains(errs, " 0 frames") {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	t.Logf("bytes in use: %d, %d, %d\n%s", most[0], most[1], most[2], errs)
	if most[2] > most[1]+room {
		t.Errorf("%d bytes are in use in the last third, %d in the second", most[2], most[1])
	}
}

// heap returns the bytes in use, stacks included.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}
