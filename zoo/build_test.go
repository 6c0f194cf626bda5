package zoo

import (
	"archive/tar"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// scaler is a network of one parameter.
func scaler(p models.Params) (*nn.Graph, error) {
	t, err := p("gain", 2)
	if err != nil {
		return nil, err
	}
	b := nn.NewBuilder("scaler")
	b.Output(b.Node("y", &nn.Mul{}, b.Input("x", nn.Float32, nn.D(2)), b.Param("gain", t)))
	return b.Build()
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// TestBuild makes ONNX of weights for TensorFlow.js, each of the two files
// being held against its hash.
func TestBuild(t *testing.T) {
	weights := []byte{0, 0, 128, 63, 0, 0, 0, 64} // 1, 2
	fits := `[{"paths":["net.bin"],"weights":[{"name":"gain","shape":[2],"dtype":"float32"}]}]`
	for _, c := range []struct {
		name, manifest string
		spoil          func(*Entry)
		why            string
	}{
		{"good", fits, func(*Entry) {}, ""},
		{"manifest changed", fits, func(e *Entry) { e.Beside[0].SHA256 = strings.Repeat("0", 64) }, "net.json has SHA-256"},
		{"manifest missing", fits, func(e *Entry) { e.Beside[0].File = "package/gone.json" }, "no file package/gone.json"},
		{"no manifest", "{", func(*Entry) {}, "no weight manifest"},
		{"other shard", strings.Replace(fits, "net.bin", "other.bin", 1), func(*Entry) {}, "names the shards [other.bin]"},
		{"other shape", strings.Replace(fits, "[2]", "[1]", 1), func(*Entry) {}, "goes on for 4 bytes"},
		{"other name", strings.Replace(fits, "gain", "loss", 1), func(*Entry) {}, `"gain": is not among the weights`},
		{"left over", strings.Replace(fits, `[2],"dtype":"float32"}`, `[2],"dtype":"float32"},{"name":"idle","shape":[0],"dtype":"float32"}`, 1), func(*Entry) {}, "does not use the weights idle"},
		{"a constant left over", strings.Replace(fits, `[2],"dtype":"float32"}`, `[2],"dtype":"float32"},{"name":"Output/x","shape":[0],"dtype":"float32"}`, 1), func(*Entry) {}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tgz := tarball(t, tarEntry{"package/net.bin", tar.TypeReg, weights}, tarEntry{"package/net.json", tar.TypeReg, []byte(c.manifest)})
			integrity := sha512.Sum512(tgz)
			e := Entry{
				Name: "scaler", File: "package/net.bin", SHA256: hash(weights), Beside: []Source{{"package/net.json", hash([]byte(c.manifest))}},
				Package: Package{"scaler", "1.0.0", "sha512-" + base64.StdEncoding.EncodeToString(integrity[:])}, Meta: meta.Model{Task: "test"},
			}
			e.Build = func(file []byte, beside [][]byte) (*nn.Graph, error) {
				return fromTFJS("package/net", file, beside[0], scaler)
			}
			c.spoil(&e)
			calls, dir := 0, t.TempDir()
			err := (&Fetcher{Pack: packs(tgz, &calls)}).Fetch(t.Context(), []Entry{e}, dir)
			if c.why != "" {
				var fe *ErrFetch
				if !errors.As(err, &fe) || !strings.Contains(err.Error(), c.why) {
					t.Errorf("error %v, want an *ErrFetch with %q", err, c.why)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			g, err := onnx.ReadFile(e.Path(dir))
			if err != nil || g.Params() != 2 {
				t.Errorf("%v, %v", g, err)
			}
		})
	}
}

// TestSSDAnchors counts the prior boxes and holds some against those that the
// published weights carry.
func TestSSDAnchors(t *testing.T) {
	n := 0
	for i, layer := range ssdAnchors() {
		side := models.SSDMobileNetV1Side / 16 >> i
		n += side * side * len(layer)
	}
	if n != models.SSDMobileNetV1Priors {
		t.Errorf("%d priors, want %d", n, models.SSDMobileNetV1Priors)
	}
	for _, c := range []struct {
		layer, box int
		w, h       float32
	}{{0, 0, 51.2, 51.2}, {0, 1, 144.81546, 72.40773}, {1, 1, 214.18495, 214.18495}, {1, 5, 103.456, 310.399}, {3, 4, 576.42645, 192.14215}, {5, 1, 499.03583, 499.03583}, {5, 5, 280.80914, 842.5116}} {
		a := ssdAnchors()[c.layer][c.box]
		near(t, "anchor", []float32{a.W, a.H}, []float32{c.w, c.h}, 1e-5)
	}
}
