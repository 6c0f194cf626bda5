//go:build linux && (amd64 || arm64)

package v4l2

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "video0")); !errors.Is(err, unix.ENOENT) {
		t.Errorf("no such device: %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, "/dev/null"} {
		var not *ErrNotCamera
		if _, err := Open(path); !errors.As(err, &not) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestListFindsNames(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"video10", "video2", "videos"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	byID := filepath.Join(dir, "v4l", "by-id")
	if err := os.MkdirAll(byID, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../video10", filepath.Join(byID, "usb-Cam-index0")); err != nil {
		t.Fatal(err)
	}
	found, err := list(dir)
	if err != nil || len(found) != 2 || filepath.Base(found[0].Path) != "video2" || filepath.Base(found[1].Path) != "video10" {
		t.Fatalf("%+v, %v", found, err)
	}
	if len(found[0].Names) != 0 || len(found[1].Names) != 1 || filepath.Base(found[1].Names[0]) != "usb-Cam-index0" {
		t.Errorf("names %v and %v", found[0].Names, found[1].Names)
	}
	for _, f := range found {
		if f.Err == nil || f.Camera {
			t.Errorf("a file passes for a camera: %+v", f)
		}
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		p           pixFormat
		full, bt709 bool
	}{
		{pixFormat{colourSpace: 8}, false, false},                         // sRGB, as USB cameras say
		{pixFormat{colourSpace: spaceJPEG}, true, false},                  //
		{pixFormat{colourSpace: space709}, false, true},                   //
		{pixFormat{colourSpace: 8, quantisation: rangeFull}, true, false}, //
		{pixFormat{colourSpace: spaceJPEG, quantisation: rangeLimited}, false, false},
		{pixFormat{colourSpace: 8, encoding: encoding709}, false, true},
	} {
		if got := c.p.config(); got.FullRange != c.full || got.BT709 != c.bt709 {
			t.Errorf("%+v gives %+v", c.p, got)
		}
	}
	if (&pixFormat{field: 4}).config().Interlaced != true || (&pixFormat{field: 1}).config().Interlaced {
		t.Error("interlaced fields")
	}
}

func TestControlNames(t *testing.T) {
	for in, want := range map[string]string{"Exposure, Auto": "exposure_auto", "White Balance Temperature (K)": "white_balance_temperature_k", "": ""} {
		if got := controlName(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}
