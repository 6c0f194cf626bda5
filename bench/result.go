package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/bench/onnxruntime"
	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
)

// result is a whole comparison of times, with what it takes to repeat it.
type result struct {
	Date     string    `json:"date"`
	Revision string    `json:"revision"`
	Command  string    `json:"command"`
	CPU      string    `json:"cpu"`
	ISA      string    `json:"isa"` // features that Ocellus chooses kernels by
	Load     string    `json:"load_average"`
	Peer     string    `json:"peer"`
	Settings string    `json:"peer_settings"`
	Peak     float64   `json:"peak_gflops"` // multiply-adds in registers, one core, best of the run
	Rounds   int       `json:"rounds"`
	TurnMS   float64   `json:"turn_ms"`
	Nets     []netTime `json:"nets"`
	Means    []mean    `json:"means"`
	Cap      *capping  `json:"cap,omitempty"`
	Failed   []string  `json:"failed,omitempty"` // nets that could not be timed, and why
}

// mean is the geometric mean of the ratios of some of the nets.
type mean struct {
	Of    string  `json:"of"`
	Nets  int     `json:"nets"`
	Ratio float64 `json:"ratio"`
	Worst float64 `json:"worst"` // smallest ratio among them
}

func newResult(lib *onnxruntime.Library, features kernels.Features, c *timeCommand) *result {
	return &result{
		Date: time.Now().UTC().Format(time.RFC3339), Revision: revision(cli.ReadBuild()),
		Command: commandLine(os.Args), CPU: cli.CPU(), ISA: features.String(), Load: loadAverage(),
		Peer: "ONNX Runtime " + lib.Version(), Settings: onnxruntime.Settings,
		Rounds: c.Rounds, TurnMS: float64(c.Turn) / float64(time.Millisecond),
	}
}

// revision says what was built: by the stamp of the Go tool, or else by what
// the Makefile put in its place.
func revision(b cli.Build) string {
	switch {
	case b.Revision == "":
		return b.Version
	case b.Modified:
		return b.Revision + "-dirty"
	}
	return b.Revision
}

// commandLine writes arguments as a shell reads them, with the variable that
// decides the kernels.
func commandLine(args []string) string {
	var words []string
	if limit := os.Getenv("OCELLUS_CPU"); limit != "" {
		words = append(words, "OCELLUS_CPU="+limit)
	}
	for _, a := range args {
		plain := func(r rune) bool {
			return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./=,:+@%", r)
		}
		if a == "" || strings.TrimFunc(a, plain) != "" {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}

// loadAverage says how busy the machine is, over the last minute, as far as
// the system tells.
func loadAverage() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(raw), " ")
	return first
}

// weakLimit is the share of ONNX Runtime's time in weak spots above which a
// net is left out of the second mean.
const weakLimit = 0.1

// finish computes what is of all nets together.
func (r *result) finish() {
	groups := []struct {
		name string
		has  func(*netTime) bool
	}{
		{"all", func(*netTime) bool { return true }},
		{"fp32", func(t *netTime) bool { return t.Precision == fp32 || t.Precision == weightsInt8 }},
		{"fp16", func(t *netTime) bool { return t.Precision == fp16 }},
		{"int8", func(t *netTime) bool { return t.Precision == int8Static || t.Precision == int8Dynamic }},
	}
	for i := range r.Nets {
		r.Peak = max(r.Peak, r.Nets[i].Peak)
	}
	for _, g := range groups {
		var all, strong []float64
		for i := range r.Nets {
			t := &r.Nets[i]
			if !g.has(t) {
				continue
			}
			all = append(all, t.Ratio)
			if t.WeakSpots <= weakLimit {
				strong = append(strong, t.Ratio)
			}
		}
		r.mean(g.name, all)
		if len(strong) < len(all) {
			r.mean(fmt.Sprintf("%s, without nets in which ONNX Runtime spends over %.0f %% in %s", g.name, 100*weakLimit, strings.Join(weakSpots, ", ")), strong)
		}
	}
}

func (r *result) mean(of string, ratios []float64) {
	if len(ratios) == 0 {
		return
	}
	r.Means = append(r.Means, mean{of, len(ratios), geometricMean(ratios), quantile(ratios, 0)})
}

// write makes peers.md and peers.json in a folder; with a cap their names say so.
func (r *result) write(dir string) error {
	asJSON, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for extension, text := range map[string]string{".json": string(asJSON) + "\n", ".md": r.markdown()} {
		err := atomicfile.Write(filepath.Join(dir, r.Cap.resultName()+extension), func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *result) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Ocellus and %s%s

Written on %s, of revision %s, by

    %s

- CPU: %s. Ocellus chose its kernels by: %s. Load average at the start: %s.
- Peak of one core, measured in the same process by multiply-adds in registers: %.1f GFLOP/s (float32).
- %s: %s.
- Ocellus: one thread, the same files and inputs, outputs compared before.
- %d rounds, the engines in turns of %.0f ms or more. Times are medians over the rounds of the medians
  of the turns. The ratio is ONNX Runtime's time by Ocellus's, above 1 where Ocellus is faster; in
  brackets the middle half of the rounds.

| net | precision | GMAC | ORT ms | Ocellus ms | ratio | share of peak, ORT | Ocellus | kernel | off by | ORT in weak spots |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |
`, r.Peer, r.Cap.title(), r.Date, r.Revision, r.Command, r.CPU, r.ISA, r.Load, r.Peak, r.Peer, r.Settings, r.Rounds, r.TurnMS)
	for i := range r.Nets {
		t := &r.Nets[i]
		fmt.Fprintf(&b, "| %s | %s | %.3f | %.3f | %.3f | **%.2f** (%.2f–%.2f) | %.0f %% | %.0f %% | %s | %.0e | %.0f %% |\n",
			t.name(), t.Precision, float64(t.MACs)/1e9, t.PeerMS, t.OursMS, t.Ratio, t.RatioLow, t.RatioHigh,
			100*t.PeerShare, 100*t.Share, t.Kernel, t.Off, 100*t.WeakSpots)
	}
	b.WriteString("\n| geometric mean of | nets | ratio | smallest |\n| --- | ---: | ---: | ---: |\n")
	for _, m := range r.Means {
		fmt.Fprintf(&b, "| %s | %d | **%.2f** | %.2f |\n", m.Of, m.Nets, m.Ratio, m.Worst)
	}
	fmt.Fprintf(&b, "\nWeak spots are %s.\n", strings.Join(weakSpots, ", "))
	for i := range r.Nets {
		if t := &r.Nets[i]; t.Rewritten != "" {
			why, _, _ := strings.Cut(t.Rewritten, "\n")
			fmt.Fprintf(&b, "\nONNX Runtime ran %s %s\n", t.name(), why)
		}
	}
	if r.Cap != nil {
		b.WriteString(r.Cap.markdown(r.Nets))
	}
	for _, why := range r.Failed {
		fmt.Fprintf(&b, "\nNOT TIMED: %s\n", why)
	}
	return b.String()
}

// name is how a table calls the net: the file, and its size where a picture's
// is not in the file's name.
func (t *netTime) name() string {
	name := strings.TrimSuffix(filepath.Base(t.Model), ".onnx")
	if len(t.Inputs) == 1 && len(t.Inputs[0].Shape) == 4 {
		s := t.Inputs[0].Shape
		h, w := s[2], s[3]
		if w == 1 || w == 3 { // channels come last
			h, w = s[1], s[2]
		}
		return fmt.Sprintf("%s @%d×%d", name, w, h)
	}
	return name
}
