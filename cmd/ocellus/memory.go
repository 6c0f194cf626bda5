package main

import (
	"sync"
	"time"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/hugepage"
	"github.com/ocellus-vision/ocellus/kernels"
)

// What is read to measure the speed of memory: several times the caches, so
// that little of a pass is left in them for the next, but not more than a
// small board has to spare.
const (
	timesCache = 4
	leastRead  = 32 << 20
	mostRead   = 256 << 20
	readPasses = 16
)

// measureMemory returns what so many threads together read from memory, in
// GB/s: the best of a few passes.
func measureMemory(f kernels.Features, threads int) float64 {
	row := kernels.ReadRows(f)[0]
	size := min(max(timesCache*cli.CacheBytes(), leastRead), mostRead)
	buffer := make([]byte, size)
	hugepage.Back(buffer)
	// Pages that were never written to may all be the same one.
	for i := range buffer {
		buffer[i] = 1
	}
	part := size / threads
	least := time.Duration(0)
	for range readPasses {
		start := time.Now()
		var wg sync.WaitGroup
		for i := range threads {
			wg.Add(1)
			go func() {
				defer wg.Done()
				row.Measure(buffer[i*part:][:part])
			}()
		}
		wg.Wait()
		if d := time.Since(start); least == 0 || d < least {
			least = d
		}
	}
	return ratio(float64(part*threads), float64(least))
}
