package capture

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/ocellus-vision/ocellus/capture/avi"
)

// Kinds says what Open opens, for help texts.
const Kinds = `camera                     the first camera
camera:2                   /dev/video2
camera:C920                the camera whose name or lasting name has this in it
/dev/v4l/by-id/usb-…       a camera by the name that stays its own
csi:0                      a Raspberry Pi's ribbon camera, by rpicam-vid
jetson-csi:0               a Jetson's ribbon camera, by OpenCV (make build-gocv)
DIR, PICTURE               a folder of pictures, in the order of their names, or one picture
FILE.avi                   a video of JPEG pictures (MJPEG-AVI)
http://HOST/video          a stream of JPEG pictures, as network cameras serve it
FILE.mp4, rtsp://HOST/…    any other video or stream, with ffmpeg installed
gocv:ANY                   an index, file, address or pipeline that OpenCV opens (make build-gocv)
raw:yuyv:640x480@30        bare frames on standard input (yuyv, uyvy, nv12, i420, grey, rgb, bgr)
synthetic:640x480@30       a moving scene whose truth is known`

// Open opens a source by what Kinds lists. Errors are *ErrCapture.
func Open(spec string, o Options) (Source, error) {
	if why := o.wrong(); why != "" {
		return nil, &ErrCapture{Source: spec, Reason: Invalid, Why: why}
	}
	scheme, rest, _ := strings.Cut(spec, ":")
	switch {
	case spec == "":
		return nil, &ErrCapture{Source: "source", Reason: Invalid, Why: "no source is named", Cure: "one of:\n" + Kinds}
	case scheme == "camera":
		return openNamedCamera(spec, rest, o)
	case strings.HasPrefix(spec, "/dev/video"), strings.HasPrefix(spec, "/dev/v4l/"):
		return openCamera(spec, spec, o)
	case scheme == "gocv":
		return openGocv(spec, rest, o)
	case scheme == "jetson-csi":
		return openJetson(spec, rest, o)
	case scheme == "csi", scheme == "rpicam":
		return openCSI(spec, rest, o)
	case scheme == "raw", spec == "-":
		return openRaw(spec, rest, o)
	case scheme == "synthetic":
		return openSynthetic(spec, rest, o)
	case strings.Contains(spec, "://"):
		return openAddress(spec, scheme, o)
	}
	return openPath(spec, o)
}

func (o *Options) wrong() string {
	switch {
	case o.W < 0 || o.H < 0 || o.W > maxSide || o.H > maxSide || (o.W == 0) != (o.H == 0):
		return "a size of " + strconv.Itoa(o.W) + " x " + strconv.Itoa(o.H)
	case !(o.FPS >= 0 && o.FPS <= 1000):
		return "a rate outside 0 to 1000 frames a second"
	case o.Buffers < 0 || o.Buffers == 1 || o.Buffers > 32:
		return "buffers other than 2 to 32"
	case o.Format >= formats:
		return "an unknown format"
	}
	return ""
}

// openPath tells files by what they are.
func openPath(path string, o Options) (Source, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	if strings.EqualFold(filepath.Ext(path), ".avi") {
		src, err := openAVI(path, o)
		var bad *avi.ErrFile
		if errors.As(err, &bad) && bad.Codec != "" {
			if v, err := openVideo(path, o, false); err == nil {
				return v, nil
			}
		}
		return src, err
	}
	if !st.IsDir() && isVideo(path) {
		return openVideo(path, o, false)
	}
	return openPictures(path, o)
}

// notJPEG names the way from any video to one that is read.
func notJPEG(path, why string) *ErrCapture {
	return &ErrCapture{
		Source: path, Reason: Unsupported, Why: why,
		Cure: "convert it, with ffmpeg installed: ffmpeg -i " + path + " -c:v mjpeg -q:v 3 -an out.avi",
	}
}

func fileError(path string, err error) *ErrCapture {
	e := &ErrCapture{Source: path, Reason: Unsupported, Why: "cannot be read: " + err.Error(), Err: err}
	var pe *os.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Reason, e.Why, e.Cure = NotFound, "there is no such file or folder", "check the path"
		if filepath.Ext(path) == "" && !strings.ContainsRune(path, filepath.Separator) { // it may be meant for a kind
			e.Cure = "sources are named so:\n" + Kinds
		}
	case errors.Is(err, fs.ErrPermission):
		e.Reason, e.Why, e.Cure = Permission, "may not be read", "check its permissions"
	case errors.As(err, &pe):
		e.Why = "cannot be read: " + pe.Err.Error()
	}
	return e
}

// secrets is a password in an address, or as GStreamer's elements take it.
var secrets = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(://[^/\s:@]*:)[^/\s@]*@|((?:user-pw|password)=)\S+`)
})

// redact removes passwords from what a source is called.
func redact(spec string) string {
	scheme, rest, address := strings.Cut(spec, "://")
	if !address || strings.HasPrefix(spec, "gocv:") {
		return secrets().ReplaceAllStringFunc(spec, func(s string) string {
			if strings.HasPrefix(s, "://") {
				return s[:strings.LastIndexByte(s, ':')+1] + "xxxxx@"
			}
			return s[:strings.IndexByte(s, '=')+1] + "xxxxx"
		})
	}
	if u, err := url.Parse(spec); err == nil {
		return u.Redacted()
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		rest = "…@" + rest[at+1:]
	}
	return scheme + "://" + rest
}

// shape is WxH@FPS, of which the rate may be missing.
type shape struct {
	w, h int
	fps  float64
}

func parseShape(s string) (p shape, ok bool) {
	size, rate, rated := strings.Cut(s, "@")
	w, h, ok := strings.Cut(size, "x")
	if !ok {
		return p, false
	}
	var errW, errH, errRate error
	p.w, errW = strconv.Atoi(w)
	p.h, errH = strconv.Atoi(h)
	if rated {
		p.fps, errRate = strconv.ParseFloat(rate, 64)
	}
	ok = errW == nil && errH == nil && errRate == nil && p.w > 0 && p.h > 0 && p.w <= maxSide && p.h <= maxSide
	return p, ok && (!rated || p.fps > 0 && p.fps <= 1000)
}
