package capture

import (
	"context"
	"io"
	"net/url"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// videoFiles are the endings of files that ffmpeg is asked to read.
var videoFiles = []string{
	".mp4", ".mkv", ".mov", ".webm", ".m4v", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".wmv", ".flv", ".3gp", ".ogv",
	".h264", ".h265", ".hevc", ".mjpeg", ".mjpg", ".y4m",
}

// liveSchemes are the addresses that ffmpeg is asked to read.
var liveSchemes = []string{"rtsp", "rtsps", "rtmp", "rtmps", "srt", "rtp", "udp", "tcp", "mms"}

// liveLists are the endings of addresses that list the pieces of a live stream
// (HLS, DASH).
var liveLists = []string{".m3u8", ".mpd"}

const ffmpegCure = "install it (sudo apt install ffmpeg), or build with OpenCV (make build-gocv)"

// video plays what a program makes of a file or a stream.
type video struct {
	piped
	frames  *y4m
	bt709   bool
	partial bool // the end came within a frame
}

// openVideo has ffmpeg read a file or an address. A password in an address is
// not told in errors, but stands in ffmpeg's arguments, which users of this
// machine can see.
func openVideo(spec string, o Options, live bool) (Source, error) {
	name := redact(spec)
	program, err := exec.LookPath("ffmpeg")
	if err != nil && gocvBuilt {
		return openGocv(spec, spec, o)
	}
	if err != nil {
		return nil, childError(name, "ffmpeg", err, ffmpegCure)
	}
	var v video
	matrix := make(chan bool, 1) // whether that is BT.709's, which YUV4MPEG2 cannot tell
	see := func(line string) {
		if strings.Contains(line, "Video:") {
			select {
			case matrix <- strings.Contains(line, "bt709"):
			default:
			}
		}
	}
	v.child, err = startChild(program, ffmpegArgs(spec, ffmpegVersion(program), live, o.Loop), hider(spec), see)
	if err != nil {
		return nil, childError(name, "ffmpeg", err, ffmpegCure)
	}
	err = v.child.first(func() (err error) {
		v.frames, err = newY4M(v.child.out)
		return err
	})
	if err != nil {
		why := v.child.ended()
		v.child.stop()
		return nil, videoError(name, why, err)
	}
	select {
	case v.bt709 = <-matrix: // said before the first frame, but on another pipe
	case <-time.After(exitGrace):
	}
	info := Info{Name: name, Kind: "ffmpeg", Format: v.frames.format, W: v.frames.w, H: v.frames.h, FPS: v.frames.fps, Live: live}
	v.begin(info, &o, v.read)
	return &v, nil
}

// ffmpegArgs has ffmpeg write the first video of a source as 4:2:0.
func ffmpegArgs(spec string, version float64, live, loop bool) []string {
	args := []string{"-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+info"}
	scheme, _, address := strings.Cut(spec, "://")
	switch {
	case !address:
		// Nothing that a file names beside itself is read, whatever it says.
		args = append(args, "-protocol_whitelist", "file,pipe")
		if loop {
			args = append(args, "-stream_loop", "-1")
		}
		spec = "file:" + spec
	case live:
		args = append(args, "-fflags", "nobuffer", "-flags", "low_delay", "-analyzeduration", "2000000")
		if strings.HasPrefix(scheme, "rtsp") {
			args = append(args, "-rtsp_transport", "tcp")
		}
	}
	args = append(args, "-i", spec, "-map", "0:v:0", "-an", "-sn", "-dn", "-pix_fmt", "yuv420p")
	if live { // frames as they come, none twice
		if version >= 5.1 {
			args = append(args, "-fps_mode", "passthrough")
		} else {
			args = append(args, "-vsync", "passthrough")
		}
	}
	return append(args, "-f", "yuv4mpegpipe", "-strict", "-1", "pipe:1")
}

var versions sync.Map // of programs, by their paths

var versionText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^ffmpeg version n?(\d+\.\d+)`) })

// ffmpegVersion asks ffmpeg for its version, once. One built from a snapshot
// tells none, and is taken for a new one.
func ffmpegVersion(program string) float64 {
	if v, ok := versions.Load(program); ok {
		return v.(float64)
	}
	ctx, cancel := context.WithTimeout(context.Background(), childPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-hide_banner", "-version")
	cmd.WaitDelay = exitGrace
	out, err := cmd.Output()
	v := 99.0
	if m := versionText().FindSubmatch(out); err == nil && m != nil {
		v, _ = strconv.ParseFloat(string(m[1]), 64)
	}
	versions.Store(program, v)
	return v
}

// videoError words why nothing came of a source.
func videoError(name, said string, err error) error {
	e := &ErrCapture{Source: name, Reason: Unsupported, Why: "ffmpeg reads no video in it", Err: err}
	if said != "" {
		e.Why = "ffmpeg cannot read it: " + said
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(said, w) })
	}
	switch {
	case err == errSilent:
		e.Reason, e.Why, e.Cure = Timeout, "no picture came of it in "+childPatience.String(), "see whether it sends"
	case has("timed out"):
		e.Reason = Timeout
	case has("401 Unauthorized", "403 Forbidden", "Permission denied"):
		e.Reason, e.Cure = Permission, "name user and password in the address: rtsp://USER:PASSWORD@HOST/…"
	case has("503 Service"):
		e.Reason = Busy
	case has("No such file", "404 Not Found", "Connection refused", "Failed to resolve", "No route to host", "Network is unreachable", "Name or service not known"):
		e.Reason, e.Cure = NotFound, "see whether it is on, and the address right"
	}
	return e
}

func (v *video) read(mem []byte) ([]byte, time.Time, error) {
	if v.partial {
		return nil, time.Time{}, v.child.endOf(v.info.Name, "ffmpeg", v.info.Live, io.ErrUnexpectedEOF)
	}
	data, n, err := v.frames.next(mem)
	at := time.Now()
	if err == nil {
		return data, at, nil
	}
	if err == io.ErrUnexpectedEOF && n > 0 {
		v.partial = true
		part := Raster{Format: v.info.Format, W: v.info.W, H: v.info.H}
		rows, _ := part.lay(data[:n], 0)
		return nil, at, &ErrCapture{Source: v.info.Name, Reason: Torn, Why: "the video ends within a frame", Rows: rows, Err: err}
	}
	return nil, at, v.child.endOf(v.info.Name, "ffmpeg", v.info.Live, err)
}

func (v *video) Next(ctx context.Context, f *Frame) error {
	data, err := v.next(ctx, f)
	if err != nil {
		return err
	}
	f.FullRange, f.BT709 = v.frames.fullRange, v.bt709
	f.lay(data, 0)
	return nil
}

// isVideo reports whether a name ends as videos do.
func isVideo(name string) bool {
	return slices.Contains(videoFiles, strings.ToLower(filepath.Ext(name)))
}

// openAddress reads what Open does not know itself. A video file at an address
// ends, anything else is live.
func openAddress(spec, scheme string, o Options) (Source, error) {
	if scheme == "http" || scheme == "https" {
		u, err := url.Parse(spec)
		switch {
		case err == nil && isVideo(u.Path):
			return openVideo(spec, o, false)
		case err == nil && slices.Contains(liveLists, path.Ext(u.Path)):
			return openVideo(spec, o, true)
		}
		return openHTTP(spec, o)
	}
	if !slices.Contains(liveSchemes, scheme) {
		return nil, &ErrCapture{Source: redact(spec), Reason: Unsupported, Why: scheme + " is not read", Cure: "sources are named so:\n" + Kinds}
	}
	return openVideo(spec, o, true)
}
