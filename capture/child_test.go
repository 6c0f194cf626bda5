package capture

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// program puts a shell script first in PATH. It finds files beside itself in
// $D, and its arguments are kept in $D/args.
func program(t *testing.T, name, script string, files map[string][]byte) (dir string) {
	t.Helper()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	dir = t.TempDir()
	for n, data := range files {
		if err := os.WriteFile(filepath.Join(dir, n), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text := fmt.Sprintf("#!%s\nD='%s'\ncase \"$*\" in *-version*) echo 'ffmpeg version 4.3.6-0+deb11u1'; exit;; esac\necho \"$*\" >> $D/args\necho '[info]   Stream #0:0: Video: h264, yuv420p(tv, '\"${MATRIX-unknown}\"'), 16x8' >&2\n%s\n", sh, dir, script)
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return dir
}

// bareVideo writes a YUV4MPEG2 of n frames of 16×8, the i'th of which is full
// of the byte i.
func bareVideo(n int, parameters string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "YUV4MPEG2 W16 H8 F25:1 Ip A1:1 C420jpeg %s\n", parameters)
	for i := range n {
		b.WriteString("FRAME\n")
		b.Write(bytes.Repeat([]byte{byte(i)}, 192))
	}
	return b.Bytes()
}

func argsOf(t *testing.T, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "args"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestVideoFile(t *testing.T) {
	t.Setenv("MATRIX", "bt709")
	dir := program(t, "ffmpeg", `cat $D/out`, map[string][]byte{"out": bareVideo(5, "XCOLORRANGE=FULL"), "a.mp4": nil})
	s := open(t, filepath.Join(dir, "a.mp4"), Options{AsFast: true})
	if i := s.Info(); i.W != 16 || i.H != 8 || i.FPS != 25 || i.Live || i.Kind != "ffmpeg" {
		t.Errorf("%+v", i)
	}
	var f Frame
	for i := range 5 {
		if err := s.Next(t.Context(), &f); err != nil || f.Planes[2].Pix[31] != byte(i) || f.Sequence != uint64(i) || f.Dropped != 0 || !f.FullRange || !f.BT709 {
			t.Fatalf("frame %d: number %d, %v", i, f.Sequence, err)
		}
	}
	if err := s.Next(t.Context(), &f); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	for _, want := range []string{"-protocol_whitelist file,pipe -i file:" + dir, "-f yuv4mpegpipe", "-pix_fmt yuv420p"} {
		if !strings.Contains(argsOf(t, dir), want) {
			t.Errorf("no %q in %s", want, argsOf(t, dir))
		}
	}
}

// TestVideoPaced: a file plays as if it were live, and who is late finds frames
// gone.
func TestVideoPaced(t *testing.T) {
	dir := program(t, "ffmpeg", `cat $D/out`, map[string][]byte{"out": bareVideo(250, ""), "a.mkv": nil})
	s := open(t, filepath.Join(dir, "a.mkv"), Options{FPS: 200})
	var f Frame
	if err := s.Next(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	first := f.Captured
	time.Sleep(60 * time.Millisecond)
	if err := s.Next(t.Context(), &f); err != nil || f.Dropped < 9 || f.Sequence != uint64(f.Dropped)+1 || f.Planes[0].Pix[0] != byte(f.Sequence) {
		t.Errorf("number %d, %d lost, %v", f.Sequence, f.Dropped, err)
	}
	if d := f.Captured.Sub(first) - time.Duration(f.Sequence)*5*time.Millisecond; d.Abs() > time.Millisecond {
		t.Errorf("frame %d was captured %v from when it was due", f.Sequence, d)
	}
}

func TestVideoAllocatesNothing(t *testing.T) {
	dir := program(t, "ffmpeg", `cat $D/out`, map[string][]byte{"out": bareVideo(250, ""), "a.mp4": nil})
	s := open(t, filepath.Join(dir, "a.mp4"), Options{AsFast: true})
	var f Frame
	ctx := t.Context()
	next := func() {
		if err := s.Next(ctx, &f); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		next()
	}
	if n := testing.AllocsPerRun(200, next); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestVideoCut(t *testing.T) {
	whole := bareVideo(3, "")
	dir := program(t, "ffmpeg", `cat $D/out`, map[string][]byte{"out": whole[:len(whole)-192+3*16], "a.mp4": nil})
	s := open(t, filepath.Join(dir, "a.mp4"), Options{AsFast: true})
	var f Frame
	for range 2 {
		if err := s.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Next(t.Context(), &f); reasonOf(err) != Torn || err.(*ErrCapture).Rows != 3 {
		t.Errorf("within a frame: %v", err)
	}
	if err := s.Next(t.Context(), &f); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

const camera0 = "rtsp://me:hush@192.0.2.1:554/stream"

// TestVideoSaysWhy: what ffmpeg says comes through, but no password does.
func TestVideoSaysWhy(t *testing.T) {
	for said, want := range map[string]Reason{
		"Connection refused": NotFound, "Server returned 401 Unauthorized (authorization failed)": Permission,
		"Connection timed out": Timeout, "Invalid data found when processing input": Unsupported,
	} {
		program(t, "ffmpeg", "echo '[info] Guessed' >&2; echo '[error] "+camera0+": "+said+" by me:hush@' >&2; exit 1", nil)
		_, err := Open(camera0, Options{})
		if reasonOf(err) != want || !strings.Contains(err.Error(), said) || strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "Guessed") {
			t.Errorf("%v (%v), want %v", err, reasonOf(err), want)
		}
	}
	// Later as well.
	program(t, "ffmpeg", "cat $D/out; echo '[error] "+camera0+": it broke' >&2; exit 1", map[string][]byte{"out": bareVideo(1, "")})
	s := open(t, camera0, Options{})
	var err error
	for err == nil {
		err = s.Next(t.Context(), new(Frame))
	}
	if reasonOf(err) != Unplugged || !strings.Contains(err.Error(), "it broke") || strings.Contains(err.Error(), "hush") || strings.Contains(s.Info().Name, "hush") {
		t.Errorf("%v", err)
	}
}

// TestVideoLive: a stream that says nothing is told, and its programs end with
// the source, those included that they have started.
func TestVideoLive(t *testing.T) {
	dir := program(t, "ffmpeg", `echo $$ >> $D/pids; cat $D/out; sleep 1000 & echo $! >> $D/pids; wait`, map[string][]byte{"out": bareVideo(2, "")})
	s := open(t, camera0, Options{Timeout: 50 * time.Millisecond})
	if i := s.Info(); !i.Live || i.Name != "rtsp://me:xxxxx@192.0.2.1:554/stream" {
		t.Errorf("%+v", i)
	}
	var f Frame
	var err error
	for err == nil {
		err = s.Next(t.Context(), &f)
	}
	if reasonOf(err) != Timeout {
		t.Errorf("%v", err)
	}
	args := argsOf(t, dir)
	for _, want := range []string{"-rtsp_transport tcp", "-fflags nobuffer", "-vsync passthrough"} {
		if !strings.Contains(args, want) {
			t.Errorf("no %q in %s", want, args)
		}
	}
	eventually(t, "both have started", func() bool { return len(pids(dir)) == 2 })
	s.Close()
	for _, pid := range pids(dir) {
		eventually(t, "it ends", func() bool { return !alive(pid) })
	}
}

func pids(dir string) (all []int) {
	b, _ := os.ReadFile(filepath.Join(dir, "pids"))
	for _, w := range strings.Fields(string(b)) {
		n, _ := strconv.Atoi(w)
		all = append(all, n)
	}
	return all
}

// alive reports whether a process runs; one that has ended and waits to be
// asked why does not.
func alive(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(b), ") ")
	return !strings.HasPrefix(state, "Z")
}

func TestVideoSupervised(t *testing.T) {
	dir := program(t, "ffmpeg", `cat $D/out`, map[string][]byte{"out": bareVideo(1, "")})
	v, err := Supervise(camera0, Options{}, SuperviseOptions{clock: &fakeClock{}})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	take(t, v, 4)
	if snap := v.Snapshot(); snap.Reopened != 3 || strings.Count(argsOf(t, dir), "\n") != 4 || strings.Contains(snap.Source+snap.Problem, "hush") {
		t.Errorf("%+v", snap)
	}
}

// TestOrphan opens a source in a process that is then killed.
func TestOrphan(t *testing.T) {
	if spec := os.Getenv("OCELLUS_TEST_ORPHAN"); spec != "" {
		open(t, spec, Options{})
		time.Sleep(time.Minute)
		return
	}
	dir := program(t, "ffmpeg", `echo $$ > $D/pids; cat $D/out; exec sleep 1000`, map[string][]byte{"out": bareVideo(2, "")})
	self, err := os.Executable()
	if err != nil {
		t.Skip(err)
	}
	cmd := exec.Command(self, "-test.run=^TestOrphan$")
	cmd.Env = append(os.Environ(), "OCELLUS_TEST_ORPHAN="+camera0)
	if err := cmd.Start(); err != nil {
		t.Skip("this test cannot start itself: ", err) // on an emulated CPU
	}
	eventually(t, "the child runs", func() bool { return len(pids(dir)) == 1 && alive(pids(dir)[0]) })
	cmd.Process.Kill()
	cmd.Wait()
	eventually(t, "the child ends with its parent", func() bool { return !alive(pids(dir)[0]) })
}

func TestY4MRefuses(t *testing.T) {
	for _, bad := range []string{
		"", "RIFF", "YUV4MPEG2\n", "YUV4MPEG2 W16 H0\n", "YUV4MPEG2 W-1 H8\n", "YUV4MPEG2 W65536 H65536\n", "YUV4MPEG2 Wx H8\n",
		"YUV4MPEG2 W16 H8 C444\n", "YUV4MPEG2 W16 H8 F:\n", "YUV4MPEG2 " + strings.Repeat("X", 1<<17),
	} {
		if _, err := newY4M(strings.NewReader(bad)); err == nil {
			t.Errorf("%.40q is read", bad)
		}
	}
	y, err := newY4M(strings.NewReader("YUV4MPEG2 W2 H2 Cmono\nFRAME Ip\nabcdFRAMX\n"))
	if err != nil || y.format != Grey {
		t.Fatal(err)
	}
	if data, _, err := y.next(nil); err != nil || string(data) != "abcd" {
		t.Errorf("%q, %v", data, err)
	}
	if _, _, err := y.next(nil); err == nil || err == io.EOF {
		t.Errorf("no frame: %v", err)
	}
}

func FuzzY4M(f *testing.F) {
	f.Add(bareVideo(2, "XCOLORRANGE=FULL"))
	f.Fuzz(func(t *testing.T, b []byte) {
		y, err := newY4M(bytes.NewReader(b))
		if err != nil || y.bytes > 1<<20 {
			return
		}
		for total := 0; ; total += y.bytes {
			if _, _, err := y.next(nil); err != nil {
				break
			}
			if total > len(b) {
				t.Fatal("more frames than bytes")
			}
		}
	})
}

// What ffmpeg says of where its parts lie in memory is of no use to people.
func TestTailLeavesOutAddresses(t *testing.T) {
	said := tail{hide: strings.NewReplacer()}
	if _, err := said.Write([]byte("[tcp @ 0x557cb1252a00] [error] Connection refused\n[tcp @ home] kept\n")); err != nil {
		t.Fatal(err)
	}
	if got, want := said.String(), "Connection refused; [tcp @ home] kept"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
