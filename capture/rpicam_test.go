package capture

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCSI: of rows that are padded the columns that were asked for are given.
func TestCSI(t *testing.T) {
	for _, name := range []string{"rpicam-vid", "libcamera-vid"} {
		const w, h, wide = 100, 10, 128
		frame := make([]byte, wide*h*3/2)
		for y := range h {
			for x := range wide {
				frame[y*wide+x] = byte(x + y)
				if y < h/2 && x < wide/2 {
					frame[wide*h+y*wide/2+x], frame[wide*h*5/4+y*wide/2+x] = byte(100+x), byte(150+x)
				}
			}
		}
		t.Run(name, func(t *testing.T) {
			t.Setenv("PATH", "/usr/bin:/bin")
			dir := program(t, name, `cat $D/frame $D/frame; exec sleep 1000`, map[string][]byte{"frame": frame})
			s := open(t, "csi:1", Options{W: w, H: h, FPS: 12.5, Timeout: 100 * time.Millisecond})
			if i := s.Info(); i.W != w || i.H != h || !i.Live || i.Kind != "csi" {
				t.Errorf("%+v", i)
			}
			var f Frame
			if err := s.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			for y := range h {
				for x := range w {
					if got := f.Planes[0].Pix[y*f.Planes[0].Stride+x]; got != byte(x+14+y) {
						t.Fatalf("luma at %d, %d is %d", x, y, got)
					}
					at := y/2*f.Planes[1].Stride + x/2
					if f.Planes[1].Pix[at] != byte(100+x/2+7) || f.Planes[2].Pix[at] != byte(150+x/2+7) {
						t.Fatalf("chroma at %d, %d is %d, %d", x, y, f.Planes[1].Pix[at], f.Planes[2].Pix[at])
					}
				}
			}
			f.Row(make([]uint8, w*3), h-1)
			if got := strings.Fields(argsOf(t, dir)); !slices.Equal(got, csiArgs(1, wide, h, 12.5)) {
				t.Errorf("%s", got)
			}
			var err error
			for err == nil {
				err = s.Next(t.Context(), &f)
			}
			if reasonOf(err) != Timeout {
				t.Errorf("when nothing comes: %v", err)
			}
		})
	}
}

func TestCSISaysWhy(t *testing.T) {
	for said, want := range map[string]Reason{
		"ERROR: *** no cameras available ***":                                    NotFound,
		"ERROR: *** failed to acquire camera /base/soc/i2c0mux/i2c@1/imx219 ***": Busy,
	} {
		program(t, "rpicam-vid", "echo '[0:24:11.415] [10635] INFO Camera camera_manager.cpp:326 libcamera v0.5' >&2; echo '"+said+"' >&2; exit 255", nil)
		if _, err := Open("csi:", Options{}); reasonOf(err) != want || !strings.Contains(err.Error(), said) || strings.Contains(err.Error(), "INFO") {
			t.Errorf("%v (%v), want %v", err, reasonOf(err), want)
		}
	}
}
