package config

import (
	"errors"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ocellus-vision/ocellus/pipeline/zone"
	"github.com/ocellus-vision/ocellus/vision"
)

// check reports settings that do not fit one another, and completes what the
// file left to its rules.
func (d *decoder) check(f *File) {
	d.checkSources(f)
	d.checkZones(f)
	d.checkDetect(f)
	d.checkPreview(f)
	d.checkRecord(f)
	if v, of := f.Faces.Votes, f.Faces.Of; v > of || 2*v <= of {
		d.unfit("faces.votes", "", "%d of %d frames is not more than half of faces.of, and at most all", v, of)
	}
}

// unfit reports a setting where it stands, or else the part that it is of.
func (d *decoder) unfit(path, cure, why string, args ...any) {
	d.fail(d.seen[path], path, cure, why, args...)
}

func (d *decoder) checkSources(f *File) {
	if len(f.Sources) == 0 {
		d.unfit("sources", "add one: sources: [{source: camera}]", "there is no source of frames")
	}
	taken := map[string]int{}
	for i := range f.Sources {
		s, path := &f.Sources[i], "sources["+strconv.Itoa(i)+"]"
		if s.Source == "" {
			d.unfit(path, "add source: camera, or what else is to be opened", "does not say what to open: source is missing")
		}
		if s.Name == "" {
			s.Name = "camera" + strconv.Itoa(i+1)
		}
		if first, twice := taken[s.Name]; twice {
			d.unfit(path, "give each source a name of its own", "is called %q, as sources[%d] is", clipped(s.Name), first)
		}
		taken[s.Name] = i
		if s.Buffers == 1 {
			d.unfit(path+".buffers", "", "a driver needs 2 buffers at the least")
		}
	}
}

// maxTiles bounds detect.tiles, as ocellus.StreamOptions does.
const maxTiles = 16

func (d *decoder) checkDetect(f *File) {
	r := f.Detect.Region
	if r[0] >= r[2] || r[1] >= r[3] {
		d.unfit("detect.region", "give left, top, right and bottom in this order", "holds nothing")
	}
	if t := f.Detect.Tiles; t.W > maxTiles || t.H > maxTiles {
		d.unfit("detect.tiles", "", "is %v; it may be %dx%d at most", t, maxTiles, maxTiles)
	}
	if f.Detect.MinArea > f.Detect.MaxArea {
		d.unfit("detect.min_area", "", "is above detect.max_area, %v", f.Detect.MaxArea)
	}
	if f.Track.Low > f.Track.High {
		d.unfit("track.low", "", "is above track.high, %v", f.Track.High)
	}
	if f.Track.New < f.Track.High {
		d.unfit("track.new", "", "is below track.high, %v", f.Track.High)
	}
	if f.Faces.Known != "" && !f.Track.On {
		d.unfit("faces.known", "set track.on to true, or remove faces.known", "faces are named by the votes of a track, and tracks are off")
	}
}

func (d *decoder) checkZones(f *File) {
	taken := map[string]int{}
	for i := range f.Zones {
		z, path := &f.Zones[i], "zones["+strconv.Itoa(i)+"]"
		if z.Name == "" {
			z.Name = z.Kind + strconv.Itoa(i+1)
		}
		if first, twice := taken[z.Name]; twice {
			d.unfit(path, "give each zone a name of its own", "is called %q, as zones[%d] is", clipped(z.Name), first)
		}
		taken[z.Name] = i
		d.checkShape(z, path)
		if z.Dwell > 0 && z.Kind != "zone" {
			d.unfit(path+".dwell", "", "nothing stays in a zone of kind %s", z.Kind)
		}
		if z.Source != "" && !named(f.Sources, z.Source) {
			d.unfit(path+".source", "", "there is no source called %q", clipped(z.Source))
		}
	}
}

// checkShape asks package zone, of which the pipeline makes its zones.
func (d *decoder) checkShape(z *Zone, path string) {
	points := make([]vision.Point, len(z.Polygon))
	for i, p := range z.Polygon {
		points[i] = vision.Point{X: float32(p[0]), Y: float32(p[1])}
	}
	err := (&zone.Polygon{Name: z.Name, Points: points}).Validate()
	if z.Kind == "line" && len(points) == 2 {
		err = (&zone.Config{Lines: []zone.Line{{Name: z.Name, A: points[0], B: points[1]}}}).Validate()
	} else if z.Kind == "line" {
		d.unfit(path, "give polygon: [[x, y], [x, y]], as shares of the picture", "a line has 2 points, not %d", len(points))
		return
	}
	var shape *zone.ErrShape
	if errors.As(err, &shape) {
		d.unfit(path, shape.Cure, "%s", shape.Why)
	}
}

func named(all []Source, name string) bool {
	for _, s := range all {
		if s.Name == name {
			return true
		}
	}
	return false
}

// leastToken is how long a token must be: 16 characters of base 64 are 96
// bits, which nobody guesses.
const leastToken = 16

func (d *decoder) checkPreview(f *File) {
	p := &f.Preview
	if p.Token != "" && p.TokenFile != "" {
		d.unfit("preview.token", "remove one of the two", "is given as well as preview.token_file")
	}
	if p.Token != "" && len(p.Token) < leastToken {
		d.unfit("preview.token", "make one: head -c 18 /dev/urandom | base64", "has fewer than %d characters", leastToken)
	}
	if p.Listen == "" {
		return
	}
	host, port, err := net.SplitHostPort(p.Listen)
	if n, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil || n == 0 && port != "0" {
		d.unfit("preview.listen", "", "%q is no address with its port, as %s or :8088", clipped(p.Listen), DefaultListen)
		return
	}
	if p.Token == "" && p.TokenFile == "" && !Local(host) {
		d.unfit("preview.listen", "set preview.token_file (head -c 18 /dev/urandom | base64 > FILE), or listen on "+DefaultListen+" and come by ssh -L 8088:"+DefaultListen,
			"anybody who reaches %s could see what the camera sees: there is no token", clipped(p.Listen))
	}
}

// Local says whether an address is this machine's alone.
func Local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (d *decoder) checkRecord(f *File) {
	if f.Record.File != "" && f.Record.Dir != "" {
		d.unfit("record.file", "remove one of the two", "is given as well as record.dir")
	}
	if r := f.Record.File; r != "" && !strings.EqualFold(filepath.Ext(r), ".avi") {
		d.unfit("record.file", "call it as in seen.avi", "%q does not end with .avi, and a recording is an AVI", clipped(r))
	}
	if f.Record.File != "" && len(f.Sources) > 1 {
		d.unfit("record.file", "set record.dir", "one file cannot hold %d sources", len(f.Sources))
	}
}
