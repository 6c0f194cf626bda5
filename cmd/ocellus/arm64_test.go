package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/vision"
)

// TestDetectionsOnARM runs the ARM binary under qemu-user as each CPU, and
// holds its detections against this machine's: boxes and landmarks within
// half a pixel, scores within 1e-3. `make test-arm64` sets what it needs.
func TestDetectionsOnARM(t *testing.T) {
	binary, cpus, dir := os.Getenv("OCELLUS_ARM64"), os.Getenv("OCELLUS_ARM64_CPUS"), os.Getenv("OCELLUS_PICTURES")
	if binary == "" {
		t.Skip("needs the ARM binary, qemu, a model and photographs: run make test-arm64")
	}
	pictures, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err != nil || len(pictures) == 0 {
		t.Fatalf("no photographs in %s (%v)", dir, err)
	}
	// The whole search of one photograph, and one look at each of the others:
	// emulation is slow.
	runs := map[string][]string{"tiles": {pictures[0]}, "whole": append([]string{"--tile", "off"}, pictures[1:]...)}
	for how, args := range runs {
		args = append([]string{"detect", "--json"}, args...)
		want := detections(t, exec.Command(filepath.Join(filepath.Dir(filepath.Dir(binary)), "ocellus"), args...))
		for _, cpu := range strings.Fields(cpus) {
			t.Run(cpu+"/"+how, func(t *testing.T) {
				got := detections(t, exec.Command("qemu-aarch64-static", append([]string{"-cpu", cpu, binary}, args...)...))
				sameDetections(t, got, want)
			})
		}
	}
}

// detections runs a command and reads its lines, by picture.
func detections(t *testing.T, c *exec.Cmd) map[string][]vision.Detection {
	t.Helper()
	var out, complaints bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", c.Args, err, complaints.String())
	}
	found := map[string][]vision.Detection{}
	for dec := json.NewDecoder(&out); dec.More(); {
		var line struct {
			Image      string
			Detections []vision.Detection
		}
		if err := dec.Decode(&line); err != nil {
			t.Fatal(err)
		}
		found[line.Image] = line.Detections
	}
	return found
}

func sameDetections(t *testing.T, got, want map[string][]vision.Detection) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%d pictures, want %d", len(got), len(want))
	}
	for picture, w := range want {
		g := got[picture]
		if len(g) != len(w) {
			t.Errorf("%s: %d detections, want %d", filepath.Base(picture), len(g), len(w))
			continue
		}
		for i := range w {
			if math.Abs(float64(g[i].Score-w[i].Score)) > 1e-3 {
				t.Errorf("%s: score %v, want %v", filepath.Base(picture), g[i].Score, w[i].Score)
			}
			a := append([]vision.Point{{X: g[i].Box.X1, Y: g[i].Box.Y1}, {X: g[i].Box.X2, Y: g[i].Box.Y2}}, g[i].Landmarks...)
			b := append([]vision.Point{{X: w[i].Box.X1, Y: w[i].Box.Y1}, {X: w[i].Box.X2, Y: w[i].Box.Y2}}, w[i].Landmarks...)
			for j := range b {
				if math.Hypot(float64(a[j].X-b[j].X), float64(a[j].Y-b[j].Y)) > 0.5 {
					t.Errorf("%s: detection %d lies at %v, want %v", filepath.Base(picture), i, a, b)
					break
				}
			}
		}
	}
}

// TestVerifyOnARM compares two photographs on each CPU: the distances must
// agree with this machine's within 2e-3.
func TestVerifyOnARM(t *testing.T) {
	binary, cpus, dir := os.Getenv("OCELLUS_ARM64"), os.Getenv("OCELLUS_ARM64_CPUS"), os.Getenv("OCELLUS_PICTURES")
	if binary == "" {
		t.Skip("needs the ARM binary, qemu, models and photographs: run make test-arm64")
	}
	args := []string{"face", "verify", "--json", filepath.Join(dir, "sample1.jpg"), filepath.Join(dir, "sample3.jpg")}
	distance := func(c *exec.Cmd) float64 {
		var complaints bytes.Buffer
		c.Stderr = &complaints
		// The exit code says that they are two people.
		out, _ := c.Output()
		var line verifyLine
		if err := json.Unmarshal(out, &line); err != nil || line.Distance == 0 {
			t.Fatalf("%v: %v\n%s%s", c.Args, err, out, complaints.String())
		}
		return line.Distance
	}
	want := distance(exec.Command(filepath.Join(filepath.Dir(filepath.Dir(binary)), "ocellus"), args...))
	for _, cpu := range strings.Fields(cpus) {
		got := distance(exec.Command("qemu-aarch64-static", append([]string{"-cpu", cpu, binary}, args...)...))
		if math.Abs(got-want) > 2e-3 {
			t.Errorf("%s: distance %v, want %v", cpu, got, want)
		}
	}
}
