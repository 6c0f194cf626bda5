package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// besideConfig are the flags of run that do not set what a configuration sets.
var besideConfig = map[string]bool{"Config": true, "Duration": true, "JSON": true, "ModelsFlag": true, "DescribeFlags": true}

// beside returns a flag that was given beside --config and that the file is
// for, "" for none.
func (c *runCommand) beside() string {
	v := reflect.ValueOf(*c)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.IsExported() && !besideConfig[f.Name] && !v.Field(i).IsZero() {
			if name := f.Tag.Get("name"); name != "" {
				return name
			}
			return dashed(f.Name)
		}
	}
	return ""
}

// dashed turns NoTrack into no-track.
func dashed(name string) string {
	var s strings.Builder
	for i, r := range name {
		if i > 0 && 'A' <= r && r <= 'Z' {
			s.WriteByte('-')
		}
		s.WriteRune(r)
	}
	return strings.ToLower(s.String())
}

// fromFlags makes the configuration that the flags stand for, checked as a
// file is.
func (c *runCommand) fromFlags() (*config.File, error) {
	f := config.Default()
	f.Models, f.Threads, f.Deadline = c.Models, c.Threads, c.Deadline
	f.Motion.On, f.Track.On, f.Track.Update = c.Motion, !c.NoTrack, c.Update
	f.Detect.Score = c.Score
	f.Snapshots.Dir, f.Record.File = c.Snapshots, c.Record
	if c.Model != "" {
		f.Detect.Model = c.Model
	}
	if c.Anchor != "" {
		f.Detect.Anchor = c.Anchor
	}
	if err := f.Detect.Tiles.UnmarshalText([]byte(c.Tiles)); err != nil {
		return nil, cli.Usagef("--tiles %s: %v", c.Tiles, err)
	}
	for _, read := range []func(*config.File) error{c.sources, c.classes, c.region, c.zones, c.previewed, c.faces} {
		if err := read(&f); err != nil {
			return nil, err
		}
	}
	switch c.Events {
	case "", "-":
	case "none":
		f.Events.Stdout = false
	default:
		f.Events.Stdout, f.Events.File = false, c.Events
	}
	if c.Duration < 0 {
		return nil, cli.Usagef("--duration %v: a run cannot end before it begins", c.Duration)
	}
	if c.Record != "" && len(f.Sources) > 1 {
		return nil, cli.Usagef("--record %s: one file cannot hold %d sources; set record.dir in a configuration (ocellus config init)", c.Record, len(f.Sources))
	}
	return checked(&f)
}

// checked has a configuration checked as if it had been a file.
func checked(f *config.File) (*config.File, error) {
	var text bytes.Buffer
	if err := config.Write(&text, f); err != nil {
		return nil, err
	}
	same, err := config.Parse("", text.Bytes(), nil)
	var wrong config.Errors
	if !errors.As(err, &wrong) {
		return same, err
	}
	var lines []string
	for _, e := range wrong {
		line := asGiven(f, e.Path) + ": " + e.Why
		if e.Cure != "" {
			line += "; " + e.Cure
		}
		lines = append(lines, line)
	}
	return nil, cli.Usagef("%s", strings.Join(lines, "\n"))
}

// flagOf names the flags of settings that are called otherwise.
var flagOf = map[string]string{
	"detect.classes": "class", "detect.scores": "class", "preview.listen": "preview", "record.file": "record", "snapshots.dir": "snapshots",
	"events.file": "events", "faces.known": "known", "faces.threshold": "face-threshold", "faces.margin": "face-margin", "faces.votes": "votes",
	"faces.of": "votes", "faces.min_pixels": "face-min", "faces.detector": "face-detector",
}

var (
	ofZone   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^zones\[(\d+)\]`) })
	ofSource = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^sources\[\d+\](?:\.(size|fps|format))?`) })
)

// asGiven calls a setting by the flag that set it, beside its name in a file.
func asGiven(f *config.File, path string) string {
	section, rest, _ := strings.Cut(path, ".")
	flag := flagOf[path]
	switch zone, source := ofZone().FindStringSubmatch(path), ofSource().FindStringSubmatch(path); {
	case flag != "":
	case zone != nil:
		i, _ := strconv.Atoi(zone[1]) // of digits, and a place in the list
		flag = f.Zones[i].Kind + " " + f.Zones[i].Name
	case source != nil:
		flag = cmp.Or(map[string]string{"size": "capture", "fps": "capture", "format": "format"}[source[1]], "source")
	case strings.HasPrefix(path, "detect.scores."):
		flag = flagOf["detect.scores"]
	case section == "detect" || section == "track":
		flag, _, _ = strings.Cut(rest, "[")
	default:
		flag = section
	}
	if flag == path {
		return "--" + flag
	}
	return "--" + flag + " (" + path + ")"
}

func (c *runCommand) sources(f *config.File) error {
	specs := c.Source
	if len(specs) == 0 {
		specs = []string{"camera"}
	}
	size, fps, err := sizeAndRate(c.Capture)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for i, spec := range specs {
		s := config.Starter(spec).Sources[0]
		s.Size, s.FPS, s.Loop, s.Fast = size, fps, c.Loop, c.Fast
		if c.Format != "" {
			s.Format = c.Format
		}
		if s.Name = stem(spec); s.Name == "" || taken[s.Name] {
			s.Name = "camera" + strconv.Itoa(i+1)
		}
		taken[s.Name] = true
		f.Sources = append(f.Sources, s)
	}
	return nil
}

// stem returns the name of a file without its folder and ending, "" for what
// is none.
func stem(spec string) string {
	if strings.ContainsRune(spec, ':') || strings.HasPrefix(spec, "/dev/") {
		return ""
	}
	base := filepath.Base(spec)
	if ext := filepath.Ext(base); ext != "" && ext != base {
		return strings.TrimSuffix(base, ext)
	}
	return ""
}

func sizeAndRate(s string) (size config.Size, fps float64, err error) {
	if s == "" {
		return size, 0, nil
	}
	text, rate, rated := strings.Cut(s, "@")
	if rated {
		if fps, err = strconv.ParseFloat(rate, 64); err != nil || !(fps > 0) {
			return size, 0, cli.Usagef("--capture %s: %q is no rate; write it as 640x480@30", s, rate)
		}
	}
	if err := size.UnmarshalText([]byte(text)); err != nil {
		return size, 0, cli.Usagef("--capture %s: %v; write it as 640x480 or 640x480@30", s, err)
	}
	return size, fps, nil
}

func (c *runCommand) classes(f *config.File) error {
	for _, s := range c.Class {
		label, score, scored := strings.Cut(s, "=")
		f.Detect.Classes = append(f.Detect.Classes, label)
		if !scored {
			continue
		}
		v, err := strconv.ParseFloat(score, 64)
		if err != nil {
			return cli.Usagef("--class %s: %q is no score; write it as %s=0.6", s, score, label)
		}
		if f.Detect.Scores == nil {
			f.Detect.Scores = map[string]float64{}
		}
		f.Detect.Scores[label] = v
	}
	return nil
}

func (c *runCommand) region(f *config.File) error {
	if c.Region == "" {
		return nil
	}
	v, err := numbers(c.Region)
	if err != nil || len(v) != 4 {
		return cli.Usagef("--region %s: four numbers are wanted, left, top, right and bottom, as 0.25,0,0.75,1", c.Region)
	}
	copy(f.Detect.Region[:], v)
	return nil
}

func (c *runCommand) zones(f *config.File) error {
	for _, kind := range []struct {
		kind  string
		named bool
		list  []string
	}{{"zone", true, c.Zone}, {"line", true, c.Line}, {"include", false, c.Include}, {"exclude", false, c.Exclude}} {
		for i, s := range kind.list {
			z := config.Zone{Kind: kind.kind, Name: fmt.Sprintf("%s%d", kind.kind, i+1)}
			points := s
			if name, rest, ok := strings.Cut(s, "="); ok && kind.named {
				z.Name, points = name, rest
			}
			for _, p := range strings.Fields(points) {
				v, err := numbers(p)
				if err != nil || len(v) != 2 {
					return cli.Usagef("--%s %s: %q is no point; write it as 0.25,0.5", kind.kind, s, p)
				}
				z.Polygon = append(z.Polygon, config.Point{v[0], v[1]})
			}
			f.Zones = append(f.Zones, z)
		}
	}
	return nil
}

// numbers reads numbers with commas between them.
func numbers(s string) ([]float64, error) {
	var list []float64
	for _, p := range strings.Split(s, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}
