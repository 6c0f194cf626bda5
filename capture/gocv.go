//go:build gocv && cgo

package capture

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"gocv.io/x/gocv"
)

// gocvBuilt says whether this program has OpenCV.
const gocvBuilt = true

// gocvSource reads by OpenCV's VideoCapture, whose Read waits as long as it
// likes. Only the reader's goroutine touches it. What OpenCV decodes comes as
// BGR; JPEGs it is asked to hand on as they are, so that our decoder makes the
// same pixels of them whoever read them.
type gocvSource struct {
	player
	from  *gocv.VideoCapture
	mat   gocv.Mat
	first bool // mat holds the first frame, which opening has read
	loop  bool
	count int           // frames since the file began
	done  chan struct{} // closed when from is
}

// openGocv opens what OpenCV does: an index, a file, an address or a GStreamer
// pipeline.
func openGocv(spec, target string, o Options) (Source, error) {
	live := strings.Contains(target, "://") && !isVideo(target) || strings.Contains(target, " ! ")
	index, err := strconv.Atoi(target)
	if err == nil {
		live = true
	}
	if !live && !strings.Contains(target, "://") {
		if _, err := os.Stat(target); err != nil {
			return nil, fileError(target, err)
		}
	}
	g := &gocvSource{loop: o.Loop && !live, done: make(chan struct{})}
	// Opening, too, may take as long as it likes; who has given up by then is
	// told nothing, and the reader ends.
	opened, left := make(chan error), make(chan struct{})
	defer close(left)
	go g.run(opened, left, func() error { return g.open(spec, target, index, &o, live) })
	t := time.NewTimer(childPatience)
	defer t.Stop()
	select {
	case err := <-opened:
		if err != nil {
			return nil, err
		}
		return g, nil
	case <-t.C:
		return nil, &ErrCapture{Source: redact(spec), Reason: Timeout, Why: "OpenCV has not opened it in " + childPatience.String()}
	}
}

func (g *gocvSource) run(opened chan<- error, left <-chan struct{}, open func() error) {
	defer close(g.done)
	g.mat = gocv.NewMat()
	defer g.mat.Close()
	err := open()
	if g.from != nil {
		defer g.from.Close()
	}
	select {
	case opened <- err:
	case <-left:
		return
	}
	if err == nil {
		g.player.run(g.read)
	}
}

// open opens the capture and reads its first frame, which tells the size.
func (g *gocvSource) open(spec, target string, index int, o *Options, live bool) (err error) {
	name := redact(spec)
	switch {
	case target == strconv.Itoa(index):
		g.from, err = gocv.VideoCaptureDevice(index)
	case strings.Contains(target, " ! "):
		g.from, err = gocv.VideoCaptureFileWithAPI(target, gocv.VideoCaptureGstreamer)
	default:
		g.from, err = gocv.VideoCaptureFile(target)
	}
	if err != nil || !g.from.IsOpened() {
		return &ErrCapture{Source: name, Reason: Unsupported, Why: "OpenCV cannot open it", Cure: "OPENCV_VIDEOIO_DEBUG=1 in the environment has it say why"}
	}
	if live && o.W > 0 {
		g.from.Set(gocv.VideoCaptureFrameWidth, float64(o.W))
		g.from.Set(gocv.VideoCaptureFrameHeight, float64(o.H))
	}
	if live && o.FPS > 0 {
		g.from.Set(gocv.VideoCaptureFPS, o.FPS)
	}
	jpegs := g.handsOn()
	if !g.from.Read(&g.mat) || g.mat.Empty() {
		e := &ErrCapture{Source: name, Reason: Unsupported, Why: "OpenCV gets no picture of it"}
		if live {
			e.Reason = NoSignal
		}
		return e
	}
	g.first = true
	info := Info{Name: name, Kind: "gocv", W: g.mat.Cols(), H: g.mat.Rows(), FPS: g.from.Get(gocv.VideoCaptureFPS), Live: live}
	var ok bool
	if info.Format, ok = gocvFormat(&g.mat); !ok {
		return &ErrCapture{Source: name, Reason: Unsupported, Why: fmt.Sprintf("OpenCV gives pictures of %v", g.mat.Type())}
	}
	if jpegs {
		info.Format = MJPEG
		info.W, info.H = int(g.from.Get(gocv.VideoCaptureFrameWidth)), int(g.from.Get(gocv.VideoCaptureFrameHeight))
	}
	g.player = newPlayer(info, o)
	return nil
}

// handsOn asks for JPEGs as they are, where the source has them and OpenCV can.
func (g *gocvSource) handsOn() bool {
	if gocv.VideoCaptureAPI(g.from.Get(gocv.VideoCaptureBackend)) != gocv.VideoCaptureFFmpeg || g.from.CodecString() != "MJPG" {
		return false
	}
	g.from.Set(gocv.VideoCaptureFormat, -1)
	return g.from.Get(gocv.VideoCaptureFormat) == -1
}

func gocvFormat(m *gocv.Mat) (Format, bool) {
	switch m.Type() {
	case gocv.MatTypeCV8UC3:
		return BGR, true
	case gocv.MatTypeCV8UC1:
		return Grey, true
	}
	return AnyFormat, false
}

func (g *gocvSource) read(mem []byte) ([]byte, time.Time, error) {
	got := g.first || g.from.Read(&g.mat) && !g.mat.Empty()
	g.first = false
	if !got && g.loop && g.count > 0 {
		g.from.Set(gocv.VideoCapturePosFrames, 0)
		g.count = 0
		got = g.from.Read(&g.mat) && !g.mat.Empty()
	}
	at := time.Now()
	if !got {
		if g.info.Live {
			return nil, at, &ErrCapture{Source: g.info.Name, Reason: Unplugged, Why: "OpenCV gets no more pictures of it"}
		}
		return nil, at, io.EOF
	}
	g.count++
	if f, ok := gocvFormat(&g.mat); g.info.Format != MJPEG && (!ok || f != g.info.Format || g.mat.Cols() != g.info.W || g.mat.Rows() != g.info.H) {
		return nil, at, &ErrCapture{Source: g.info.Name, Reason: Unplugged, Why: fmt.Sprintf("its pictures have become ones of %d x %d", g.mat.Cols(), g.mat.Rows()), Cure: "open it again"}
	}
	pix, err := g.mat.DataPtrUint8()
	if err != nil {
		return nil, at, &ErrCapture{Source: g.info.Name, Reason: Torn, Why: err.Error(), Err: err}
	}
	if g.info.Format == MJPEG && (len(pix) < 4 || pix[0] != 0xff || pix[1] != 0xd8) {
		return nil, at, &ErrCapture{Source: g.info.Name, Reason: Torn, Why: "a picture is no JPEG"}
	}
	if cap(mem) < len(pix) {
		mem = make([]byte, len(pix), len(pix)+len(pix)/4)
	}
	mem = mem[:len(pix)]
	copy(mem, pix)
	return mem, at, nil
}

func (g *gocvSource) Next(ctx context.Context, f *Frame) error {
	data, err := g.next(ctx, f)
	if err != nil {
		return err
	}
	f.FullRange = true
	if f.Format == MJPEG {
		f.Planes[0].Pix = data
	} else {
		f.lay(data, 0)
	}
	return nil
}

// Close waits for OpenCV, which may not answer: a Supervisor leaves it alone
// then.
func (g *gocvSource) Close() error {
	g.close()
	<-g.done
	return nil
}
