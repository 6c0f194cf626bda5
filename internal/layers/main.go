// Command layers holds networks in 8-bit integers against the float32 ones that
// they were quantised from, layer by layer, and prints which layers are not
// faster.
//
//	go run ./internal/layers bin/nets/*-int8.onnx
//
// Beside each NET-int8.onnx lies NET.onnx. Both are compiled for one thread, for
// AVX2 alone and for all that the CPU has, and run by turns, so that whatever else
// the machine does meets both. Times are the least of all turns.
package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/nn/plan"
)

const suffix = "-int8.onnx"

// A layer counts from so many milliseconds on, in either precision, and is an
// exception where its integers take more than so many times as long as its floats.
const (
	leastMS = 0.1
	bar     = 1.10
)

// rowSet is what kernels are chosen by.
type rowSet struct {
	name     string
	features kernels.Features
}

func main() {
	if err := run(os.Stdout, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "layers:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, files []string) error {
	have, err := kernels.Available()
	if err != nil {
		return err
	}
	sets := []rowSet{{"best", have}}
	if have.Has(kernels.AVX2) {
		sets = []rowSet{{"avx2", kernels.AVX2}, {"best", have}}
	}
	if len(files) == 0 {
		return fmt.Errorf("name the files to measure, as NET%s", suffix)
	}
	var results []result
	for _, file := range files {
		if !strings.HasSuffix(file, suffix) {
			return fmt.Errorf("%s: not called NET%s", file, suffix)
		}
		for _, set := range sets {
			r, err := compare(file, set)
			if err != nil {
				return err
			}
			results = append(results, r)
		}
	}
	return report(out, have, results)
}

// result is a network in both precisions by one set of rows.
type result struct {
	net, set string
	whole    layer
	layers   []layer
}

func compare(file string, set rowSet) (result, error) {
	r := result{net: strings.TrimSuffix(filepath.Base(file), suffix), set: set.name}
	var engines [2]*engine
	for i, f := range []string{strings.TrimSuffix(file, suffix) + ".onnx", file} {
		e, err := open(f, set.features)
		if err != nil {
			return r, fmt.Errorf("%s: %w", f, err)
		}
		defer e.pool.Close()
		engines[i] = e
	}
	if err := measure(engines[:]); err != nil {
		return r, fmt.Errorf("%s: %w", file, err)
	}
	floats, integers := engines[0].steps(), engines[1].steps()
	r.layers = pair(floats, integers)
	r.whole = layer{float: engines[0].whole(), integer: engines[1].whole()}
	return r, nil
}

func open(file string, f kernels.Features) (*engine, error) {
	g, err := onnx.ReadFile(file)
	if err != nil {
		return nil, err
	}
	p, err := plan.Compile(g, plan.Bindings{}, plan.WithFeatures(f), plan.WithGraphTaken())
	if err != nil {
		return nil, err
	}
	return newEngine(p), nil
}

// report prints a table of the networks and one of the exceptions.
func report(out io.Writer, have kernels.Features, results []result) error {
	var page strings.Builder
	fmt.Fprintf(&page, "best: %s; load average at the end: %s\nlayers: those of at least %.1f ms in either precision; exceptions: above %.2f\n\n", have, loadAverage(), leastMS, bar)
	const row, line = "%-18s %-5s %10s %10s %6s %7s %11s  %s\n", "%-18s %-5s %7.3f → %7.3f %6.2f  %s, %s → %s: %s\n"
	fmt.Fprintf(&page, row, "net", "rows", "fp32 ms", "int8 ms", "ratio", "layers", "exceptions", "highest ratio")
	var exceptions []string
	for _, r := range results {
		large := slices.DeleteFunc(slices.Clone(r.layers), func(l layer) bool { return max(l.float, l.integer) < leastMS })
		slices.SortStableFunc(large, func(a, b layer) int { return cmp.Compare(b.ratio(), a.ratio()) })
		above, highest := 0, "–"
		for i := range large {
			l := &large[i]
			if l.ratio() > bar {
				above++
				exceptions = append(exceptions, fmt.Sprintf(line, r.net, r.set, l.float, l.integer, l.ratio(), l.name, l.floatKernels(), l.integerKernels(), l.why()))
			}
		}
		if len(large) > 0 {
			highest = fmt.Sprintf("%.2f %s", large[0].ratio(), large[0].name)
		}
		fmt.Fprintf(&page, row, r.net, r.set, fmt.Sprintf("%.3f", r.whole.float), fmt.Sprintf("%.3f", r.whole.integer),
			fmt.Sprintf("%.2f", r.whole.ratio()), fmt.Sprint(len(large)), fmt.Sprint(above), highest)
	}
	fmt.Fprintf(&page, "\nexceptions: %d\n", len(exceptions))
	for _, e := range exceptions {
		page.WriteString(e)
	}
	_, err := io.WriteString(out, page.String())
	return err
}

// loadAverage says how many programs wanted to run over the last quarter of an hour.
func loadAverage() string {
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		if f := strings.Fields(string(text)); len(f) > 2 {
			return f[2]
		}
	}
	return "unknown"
}
