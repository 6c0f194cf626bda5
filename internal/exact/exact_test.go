package exact

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/golden"
	"github.com/ocellus-vision/ocellus/kernels"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/quant"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// few are the networks that the test takes unless OCELLUS_EXACT says others:
// all kinds of integer operations in some seconds.
const few = "lenet5 mobilenetv2 mobilefacenet yolo-fastestv2"

// samples is how many inputs of noise the ranges of activations come from.
const samples = 2

// TestExact quantises each network, on generic Go and one architecture, and
// holds the bytes of the file and then the integers that come of it, by every
// row of kernels that this machine has and by one thread and two, against the
// hashes in testdata.
//
// OCELLUS_EXACT names the networks, or is "all" or "few". OCELLUS_EXACT_DIR is
// a folder where the files stay: another architecture reads them there.
// OCELLUS_UPDATE=1 writes the hashes, all of them with OCELLUS_EXACT=all.
func TestExact(t *testing.T) {
	want := readHashes(t)
	wanted := os.Getenv("OCELLUS_EXACT")
	if wanted == "" || wanted == "few" {
		wanted = few
	}
	for _, d := range models.Definitions() {
		if wanted != "all" && !slices.Contains(strings.Fields(wanted), d.Name) {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			g, sum := network(t, &d)
			got := hashes{file: sum}
			if os.Getenv("OCELLUS_UPDATE") == "" && sum != want[d.Name].file {
				t.Fatalf("the quantised file has hash %s, want %s: quantisation has changed. Is that meant, write the new hashes with OCELLUS_UPDATE=1", sum, want[d.Name].file)
			}
			for _, f := range rowSets(t) {
				for _, threads := range []int{1, 2} {
					is := integers(t, g, f, threads)
					if got.integers == "" {
						got.integers = is
					}
					if is != got.integers {
						t.Errorf("%v on %d threads gives integers of hash %s, %v on one %s", f, threads, is, rowSets(t)[0], got.integers)
					}
				}
			}
			if os.Getenv("OCELLUS_UPDATE") == "1" {
				want[d.Name] = got
			} else if got.integers != want[d.Name].integers {
				t.Errorf("integers have hash %s, want %s", got.integers, want[d.Name].integers)
			}
		})
	}
	if os.Getenv("OCELLUS_UPDATE") == "1" && !t.Failed() {
		writeHashes(t, want)
	}
}

// rowSets are the sets of features that choose among the rows of kernels, as
// far as this machine has them. Generic Go comes first, but not on ARM, which
// is emulated: there `OCELLUS_CPU=generic` has it.
func rowSets(t *testing.T) []kernels.Features {
	t.Helper()
	have, err := kernels.Available()
	if err != nil {
		t.Fatal(err)
	}
	const (
		avx2   = kernels.AVX2
		avx512 = avx2 | kernels.AVX512
		vnni   = avx512 | kernels.AVX512VNNI
		neon   = kernels.NEON
	)
	sets := []kernels.Features{avx2, avx2 | kernels.AVXVNNI, avx512, vnni, vnni | kernels.AVX512VBMI, neon, neon | kernels.FP16 | kernels.DotProd}
	sets = slices.DeleteFunc(sets, func(f kernels.Features) bool { return !have.Has(f) })
	if len(sets) == 0 || runtime.GOARCH == "amd64" {
		sets = slices.Insert(sets, 0, 0)
	}
	return sets
}

// network returns the quantised network as its file has it, and the file's
// hash.
func network(t *testing.T, d *models.Definition) (*nn.Graph, string) {
	t.Helper()
	dir := os.Getenv("OCELLUS_EXACT_DIR")
	file := filepath.Join(dir, d.Name+".onnx")
	if runtime.GOARCH == "amd64" {
		if dir == "" {
			file = filepath.Join(t.TempDir(), d.Name+".onnx")
		}
		quantise(t, d, file)
	} else if _, err := os.Stat(file); err != nil {
		t.Skipf("the quantised file is made on amd64, and not in OCELLUS_EXACT_DIR=%q (make test-exact)", dir)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	g, err := onnx.Decode(file, data)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return g, hex.EncodeToString(sum[:16])
}

// quantise makes the file, on generic Go.
func quantise(t *testing.T, d *models.Definition, file string) {
	t.Helper()
	g, err := d.Make(models.Options{Size: d.Size, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	generic := plan.WithFeatures(0)
	p, err := plan.Compile(g, plan.Bindings{}, generic)
	if err != nil {
		t.Fatal(err)
	}
	noise := p.NewRunner(nil)
	fill := func(i int, in []*nn.Tensor) error {
		if err := golden.Fill(noise, &meta.Model{}, uint64(2+i)); err != nil {
			return err
		}
		copy(in[0].Bytes(), noise.Input(0).Bytes())
		return nil
	}
	pool := plan.NewPool(2)
	defer pool.Close()
	q, _, err := quant.Quantize(t.Context(), g, quant.Samples{N: samples, Fill: fill}, quant.Options{Compile: []plan.Option{generic}, Pool: pool})
	if err != nil {
		t.Fatal(err)
	}
	if err := onnx.WriteFile(file, q); err != nil {
		t.Fatal(err)
	}
}

// integers returns the hash of what the network makes of one input.
func integers(t *testing.T, g *nn.Graph, f kernels.Features, threads int) string {
	t.Helper()
	inner := golden.Integers(g)
	if inner == nil {
		t.Fatal("there is nothing in integers")
	}
	p, err := plan.Compile(inner, plan.Bindings{}, plan.WithFeatures(f))
	if err != nil {
		t.Fatal(err)
	}
	if !p.Exact() {
		t.Error("something before the last dequantisation is computed in float32 as the kernel pleases")
	}
	pool := plan.NewPool(threads)
	defer pool.Close()
	r := p.NewRunner(pool)
	if err := golden.Fill(r, &meta.Model{}, 1); err != nil {
		t.Fatal(err)
	}
	if err := r.Run(); err != nil {
		t.Fatal(err)
	}
	var outputs []*nn.Tensor
	for i := range p.Outputs() {
		outputs = append(outputs, r.Output(i))
	}
	if n := distinct(outputs); n < 8 {
		t.Errorf("the outputs hold %d different numbers, which any kernel would get right", n)
	}
	return golden.Hash(outputs)
}

func distinct(outputs []*nn.Tensor) int {
	seen := map[float32]bool{}
	for _, t := range outputs {
		for _, v := range t.F32() {
			seen[v] = true
		}
	}
	return len(seen)
}

// hashes are a line of the golden file.
type hashes struct{ file, integers string }

const hashFile = "testdata/hashes.golden"

func readHashes(t *testing.T) map[string]hashes {
	t.Helper()
	all := map[string]hashes{}
	data, err := os.ReadFile(hashFile)
	if err != nil && os.Getenv("OCELLUS_UPDATE") == "" {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if f := strings.Fields(line); len(f) == 3 {
			all[f[0]] = hashes{f[1], f[2]}
		}
	}
	return all
}

func writeHashes(t *testing.T, all map[string]hashes) {
	t.Helper()
	var b strings.Builder
	for _, d := range models.Definitions() {
		if h, ok := all[d.Name]; ok {
			fmt.Fprintf(&b, "%-16s %s %s\n", d.Name, h.file, h.integers)
		}
	}
	if err := os.WriteFile(hashFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
