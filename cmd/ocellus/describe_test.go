package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/vision"
)

// stranger writes a shared model again, so that its hash is not known any more.
func stranger(t *testing.T, elem ...string) string {
	t.Helper()
	g, err := onnx.ReadFile(check.Shared(t, append([]string{"models"}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "other.onnx")
	if err := onnx.WriteFile(file, g); err != nil {
		t.Fatal(err)
	}
	return file
}

func runDetect(t *testing.T, args ...string) (code int, found []vision.Detection, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	env := &cli.Env{Context: t.Context(), Stdout: &out, Stderr: &errs}
	code = cli.Run(app(), append([]string{"detect"}, args...), env)
	if code == cli.OK {
		var line detectLine
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatalf("%v in %q", err, out.String())
		}
		found = line.Detections
	}
	return code, found, errs.String()
}

// TestDetectByFlags holds detections with a model that flags describe against
// those with the same model when it is known by its hash.
func TestDetectByFlags(t *testing.T) {
	slim := `{"kind":"ssd","scores":["scores"],"boxes":["boxes"],"strides":[8,16,32,64],"variances":[0.1,0.2],"clip_anchors":true,"score":0.7,"iou":0.3,
		"anchors":[[[10,10],[16,16],[24,24]],[[32,32],[48,48]],[[64,64],[96,96]],[[128,128],[192,192],[256,256]]]}`
	for _, c := range []struct {
		model, picture string
		flags          []string
	}{
		{"yunet/yunet_n_320_320.onnx", "face_two_people.jpg", []string{"--head=yunet", "--colour=bgr"}},
		{"yunet/yunet_n_dynamic.onnx", "face_two_people.jpg", []string{"--head=yunet", "--colour=bgr", "--size=640"}},
		{"ultraface/version-RFB-320.onnx", "zidane.jpg", []string{"--head=ultraface", "--colour=rgb", "--mean=127", "--scale=1/128"}},
		{"ultraface/version-slim-320_simplified.onnx", "bus.jpg", []string{"--head", slim, "--labels=" + labelled(t, "face"), "--colour=rgb", "--mean=127", "--scale=1/128"}},
		{"yolo-fastestv2/yolo-fastestv2_352.onnx", "dog.jpg", []string{"--head=yolo-fastestv2", "--colour=bgr", "--scale=1/255", "--fit=stretch", "--labels=coco",
			"--anchors=12.64,19.39 37.88,51.48 55.71,138.31; 126.91,78.23 131.57,214.55 279.92,258.87"}},
		{"fastestdet/FastestDet.onnx", "giraffe.jpg", []string{"--head=fastestdet", "--colour=bgr", "--scale=1/255", "--fit=stretch", "--labels=coco"}},
	} {
		t.Run(c.model, func(t *testing.T) {
			file, picture := filepath.FromSlash(c.model), check.Shared(t, "samples", c.picture)
			code, want, stderr := runDetect(t, "--model", check.Shared(t, "models", file), picture)
			if code != cli.OK || len(want) == 0 {
				t.Fatalf("known: exit code %d, %d detections; %s", code, len(want), stderr)
			}
			other := stranger(t, file)
			code, _, stderr = runDetect(t, "--model", other, picture)
			if code != cli.Usage || !strings.Contains(stderr, "--head KIND") || !strings.Contains(stderr, "--colour") {
				t.Errorf("without flags: exit code %d, %s", code, stderr)
			}
			code, got, stderr := runDetect(t, append(c.flags, "--model", other, picture)...)
			if code != cli.OK {
				t.Fatalf("with flags: exit code %d, %s", code, stderr)
			}
			if !near(got, want) {
				t.Errorf("found %+v, want %+v", got, want)
			}
		})
	}
}

// near allows for the bars of the letterbox, which flags leave black.
func near(a, b []vision.Detection) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Label != b[i].Label || a[i].Box.IoU(b[i].Box) < 0.9 {
			return false
		}
	}
	return true
}

// labelled writes a file of labels.
func labelled(t *testing.T, names ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "labels")
	if err := os.WriteFile(file, []byte(strings.Join(names, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestLabelsMustFit(t *testing.T) {
	other := stranger(t, "fastestdet", "FastestDet.onnx")
	code, _, stderr := runDetect(t, "--model", other, "--head=fastestdet", "--colour=bgr", "--labels="+labelled(t, "cat", "dog"), check.Shared(t, "samples", "dog.jpg"))
	if code != cli.BadInput || !strings.Contains(stderr, "there are 2, but the outputs tell 80 classes apart") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}
