// Command mca writes down what models of ARM cores make of the inner loops of
// the kernels: the cycles of an iteration, and the share of what the core's
// multiply-add units allow. It is an estimate by llvm-mca for those who have
// no board at hand, not a measurement: caches and decoders are not in it.
//
//	go run ./internal/mca > docs/results/mca-arm64.md
//
// A loop is the first between the comments "mca:begin NAME" and "mca:end" in
// kernels/*_arm64.s. It needs the LLVM tools llvm-mc and llvm-mca.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// core is a CPU that llvm-mca models.
type core struct {
	name       string
	dotProduct bool
	inOrder    bool
}

var cores = []core{{"cortex-a53", false, true}, {"cortex-a55", true, true}, {"cortex-a72", false, false}, {"neoverse-n1", true, false}}

func main() {
	page, err := report()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mca:", err)
		os.Exit(1)
	}
	fmt.Print(page)
}

func report() (string, error) {
	mca, err := tool("llvm-mca")
	if err != nil {
		return "", err
	}
	rows, err := measure(mca, "kernels/*_arm64.s")
	if err != nil {
		return "", err
	}
	var page strings.Builder
	if err := writeHead(&page, mca); err != nil {
		return "", err
	}
	for _, r := range rows {
		fmt.Fprintf(&page, "| %s | %d | %d | %s | %.1f | %.1f | %.1f %% | %.1f | %.1f %% |\n",
			r.loop.name, len(r.loop.instructions), len(r.loop.multiplyAdds()), r.core.name, r.cycles,
			r.limit, 100*r.share(), r.throughput, 100*r.throughput/r.cycles)
	}
	return page.String(), nil
}

// row is what the model of a core makes of a loop.
type row struct {
	loop *loop
	core core
	estimate
	limit float64 // cycles that the multiply-adds alone need
}

func (r *row) share() float64 { return r.limit / r.cycles }

// measure takes every marked loop of the files on every core that can run it.
func measure(mca, pattern string) ([]row, error) {
	loops, err := findLoops(pattern)
	if err != nil {
		return nil, err
	}
	if err := readCode(loops); err != nil {
		return nil, err
	}
	var rows []row
	for _, l := range loops {
		multiplies := l.multiplyAdds()
		if len(multiplies) == 0 {
			return nil, fmt.Errorf("%s: no multiply-add in the loop", l.name)
		}
		for _, core := range cores {
			if l.dotProduct() && !core.dotProduct {
				continue
			}
			all, err := analyse(mca, core.name, l.instructions)
			if err != nil {
				return nil, fmt.Errorf("%s on %s: %w", l.name, core.name, err)
			}
			alone, err := analyse(mca, core.name, multiplies)
			if err != nil {
				return nil, fmt.Errorf("%s on %s: %w", l.name, core.name, err)
			}
			rows = append(rows, row{l, core, all, alone.throughput})
		}
	}
	return rows, nil
}

// tool finds an LLVM tool by its name with the highest version on it, as
// Debian installs them, or else by its plain name: newer models are better.
func tool(name string) (string, error) {
	best, at := -1, ""
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		found, err := filepath.Glob(filepath.Join(dir, name+"*"))
		if err != nil {
			return "", err
		}
		for _, path := range found {
			suffix := strings.TrimPrefix(filepath.Base(path), name)
			version, err := strconv.Atoi(strings.TrimPrefix(suffix, "-"))
			if (suffix == "" || err == nil) && version > best {
				best, at = version, path
			}
		}
	}
	if at == "" {
		return "", fmt.Errorf("%s is not installed (apt-get install llvm)", name)
	}
	return at, nil
}

func writeHead(page *strings.Builder, mca string) error {
	rev, err := exec.Command("git", "describe", "--always", "--dirty", "--abbrev=12").Output()
	if err != nil {
		return fmt.Errorf("git describe: %w", err)
	}
	version, err := exec.Command(mca, "--version").Output()
	if err != nil {
		return fmt.Errorf("%s: %w", mca, err)
	}
	fmt.Fprintf(page, `# Inner loops of the arm64 kernels on models of cores

Written by `+"`go run ./internal/mca > docs/results/mca-arm64.md`"+` on %s, revision %s,
llvm-mca of LLVM %s. An estimate from the models' issue widths and latencies, with every load
hitting the first-level cache; not a measurement.

Cycles are of one iteration. The multiply limit is what the core's units allow the loop's multiply-adds alone
(FMLA, SDOT, SMULL, SMLAL), the unit limit what they allow all of its instructions; the shares are those limits
of the cycles. llvm-mca has the in-order cores (cortex-a53, cortex-a55) finish instructions in order too, so that
every load waits for the multiply-add before it; those rows say little until a board confirms them. A loop with
SDOT has rows only for cores that have it.

| loop | instructions | multiply-adds | core | cycles | multiply limit | share | unit limit | share |
| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |
`, time.Now().UTC().Format(time.DateOnly), strings.TrimSpace(string(rev)), regexp.MustCompile(`\d+\.\d+\.\d+`).Find(version))
	return nil
}

// estimate is of one iteration, in cycles.
type estimate struct{ cycles, throughput float64 }

var (
	cyclesRE     = regexp.MustCompile(`(?m)^Total Cycles:\s+(\d+)$`)
	throughputRE = regexp.MustCompile(`(?m)^Block RThroughput:\s+([\d.]+)$`)
)

// analyse takes the difference of two runs, so that filling and draining the
// pipeline do not count.
func analyse(mca, core string, instructions []string) (estimate, error) {
	var total [2]float64
	var e estimate
	const few, many = 100, 300
	for i, n := range []int{few, many} {
		cmd := exec.Command(mca, "-mtriple=aarch64", "-mcpu="+core, "-iterations="+strconv.Itoa(n))
		cmd.Stdin = strings.NewReader(strings.Join(instructions, "\n") + "\n")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return e, err
		}
		c, t := cyclesRE.FindSubmatch(out), throughputRE.FindSubmatch(out)
		if c == nil || t == nil {
			return e, fmt.Errorf("no figures in what %s printed:\n%s", mca, out)
		}
		if total[i], err = strconv.ParseFloat(string(c[1]), 64); err != nil {
			return e, err
		}
		if e.throughput, err = strconv.ParseFloat(string(t[1]), 64); err != nil {
			return e, err
		}
	}
	e.cycles = (total[1] - total[0]) / (many - few)
	return e, nil
}
