package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
)

// trainResult is a whole comparison of training, with what it takes to repeat it.
type trainResult struct {
	Date     string      `json:"date"`
	Revision string      `json:"revision"`
	Command  string      `json:"command"`
	CPU      string      `json:"cpu"`
	ISA      string      `json:"isa"`
	Load     string      `json:"load_average"`
	Peer     string      `json:"peer"`
	Rounds   int         `json:"rounds"`
	Turn     float64     `json:"turn_seconds"`
	Nets     []trainTime `json:"nets"`
}

// write makes train-peers.md and train-peers.json in a folder.
func (r *trainResult) write(dir string) error {
	asJSON, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for extension, text := range map[string]string{".json": string(asJSON) + "\n", ".md": r.markdown()} {
		err := atomicfile.Write(filepath.Join(dir, "train-peers"+extension), func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *trainResult) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Training: Ocellus and %s

Written on %s, of revision %s, by

    %s

- CPU: %s. Ocellus chose its kernels by: %s. Load average at the start: %s.
- One thread each, in a process of its own, float32. A step is forward, loss, backward and an update
  by stochastic gradient descent with momentum 0.9, on one batch of noise.
- Both are given the same list of nodes and the same weights; their losses after %d steps agree to 1e-3.
- %d rounds, the engines in turns of %g s or one step. The ratio is PyTorch's time by Ocellus's, above 1
  where Ocellus is faster: the median over the rounds, in brackets their middle half; beside it the
  same of the processor's time, which a busy machine disturbs less.
- Memory is the peak of the resident set, in brackets how much of it came with the network.

| net | batch | parameters | PyTorch ms | Ocellus ms | ratio | of processor time | PyTorch MB | Ocellus MB | loss |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
`, r.Peer, r.Date, r.Revision, r.Command, r.CPU, r.ISA, r.Load, warmUp, r.Rounds, r.Turn)
	for i := range r.Nets {
		t := &r.Nets[i]
		fmt.Fprintf(&b, "| %s | %d | %d | %.2f | %.2f | **%.2f** (%.2f–%.2f) | %.2f | %.0f (%.0f) | %.0f (%.0f) | %.4f, %.4f |\n",
			t.Network, t.Batch, t.Params, t.PeerMS, t.OursMS, t.Ratio, t.RatioLow, t.RatioHigh, t.CPURatio,
			mb(t.PeerPeak), mb(t.PeerOwn), mb(t.OursPeak), mb(t.OursOwn), t.PeerLoss, t.OursLoss)
	}
	b.WriteString("\n")
	for i := range r.Nets {
		fmt.Fprintf(&b, "- %s: %s.\n", r.Nets[i].Network, r.Nets[i].What)
	}
	return b.String()
}

// mb is in MB of 1,000,000 bytes.
func mb(bytes int) float64 { return float64(bytes) / 1e6 }
