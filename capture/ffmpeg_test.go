package capture

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/internal/check"
	"github.com/ocellus-vision/ocellus/vision"
)

// TestRealFFmpeg reads a video that the ffmpeg of this machine has made.
func TestRealFFmpeg(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "red.mp4")
	made := exec.Command("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "color=red:s=160x120:r=20:d=1", "-c:v", "mpeg4", "-q:v", "2", file)
	if out, err := made.CombinedOutput(); err != nil {
		t.Skipf("this ffmpeg makes no video: %v: %s", err, out)
	}
	s := open(t, file, Options{AsFast: true})
	var f Frame
	var m vision.Image
	n := 0
	for ; s.Next(t.Context(), &f) == nil; n++ {
		f.Image(&m)
		if r, g, b := m.At(80, 60); r < 245 || g > 10 || b > 10 {
			t.Fatalf("frame %d is %d %d %d, not red", n, r, g, b)
		}
	}
	if i := s.Info(); n != 20 || i.W != 160 || i.H != 120 || i.FPS != 20 {
		t.Errorf("%d frames, %+v", n, i)
	}
	if err := os.WriteFile(file, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(file, Options{}); reasonOf(err) != Unsupported || !strings.Contains(err.Error(), "Invalid data") {
		t.Errorf("rubbish: %v", err)
	}
}

// TestRealFFmpegStream reads a live stream from a server that goes and comes
// back.
func TestRealFFmpegStream(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	if testing.Short() {
		t.Skip("a stream takes seconds to begin")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "tcp://" + l.Addr().String()
	l.Close()
	serve := func() *exec.Cmd {
		c := exec.Command("ffmpeg", "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=25", "-c:v", "mpeg2video", "-g", "5", "-f", "mpegts", address+"?listen=1")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	stop := func(c *exec.Cmd) {
		c.Process.Kill()
		c.Wait()
	}
	server := serve()
	v, err := Supervise(address, Options{}, SuperviseOptions{Wait: true, Backoff: 50 * time.Millisecond, MaxBackoff: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	take(t, v, 10)
	if i := v.Info(); !i.Live || i.W != 160 || i.H != 120 {
		t.Errorf("%+v", i)
	}
	stop(server)
	server = serve()
	defer func() { stop(server) }()
	reopened := v.Snapshot().Reopened
	for v.Snapshot().Reopened == reopened {
		take(t, v, 1)
	}
	take(t, v, 5)
	if snap := v.Snapshot(); snap.Health != OK || snap.Cause == "" {
		t.Errorf("%+v", snap)
	}
}

func TestRealFFmpegClips(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	clips, _ := filepath.Glob(filepath.Join(check.Shared(t, "video"), "*.mp4"))
	for _, c := range clips {
		s := open(t, c, Options{AsFast: true})
		var f Frame
		n := 0
		for ; n < 40; n++ {
			if err := s.Next(t.Context(), &f); err != nil {
				t.Fatalf("%s: frame %d: %v", c, n, err)
			}
			if h := (&looker{frozen: -1, shade: OK}).look(&f, 0); h != OK {
				t.Errorf("%s: frame %d is %v", c, n, h)
			}
		}
		if i := s.Info(); i.W < 320 || i.FPS < 10 || i.FPS > 60 {
			t.Errorf("%s: %+v", c, i)
		}
		s.Close()
	}
}
