package config

import (
	"reflect"
	"time"
)

// File is all that can be set. Default returns the one that an empty file
// stands for, which lacks only a source.
type File struct {
	Models    string        `yaml:"models" path:"file" example:"/var/lib/ocellus/models" doc:"Folder of models. Empty: the user's own, see ocellus doctor."`
	Threads   int           `yaml:"threads" min:"0" max:"256" doc:"Cores to use, shared by all sources. 0: all."`
	Deadline  time.Duration `yaml:"deadline" min:"0s" max:"1m" example:"100ms" doc:"Age at which a frame is no longer worth working on: what would be finished later is dropped and counted. 0s: none."`
	Sources   []Source      `yaml:"sources" most:"64" doc:"Where frames come from."`
	Detect    Detect        `yaml:"detect" doc:"What is looked for."`
	Track     Track         `yaml:"track" doc:"How what is found is followed from frame to frame."`
	Motion    Motion        `yaml:"motion" doc:"Frames in which nothing moves need not be searched."`
	Zones     []Zone        `yaml:"zones" most:"64" doc:"Parts of the picture that matter, or that do not."`
	Faces     Faces         `yaml:"faces" doc:"Whom faces belong to. Off until known is set."`
	Events    Events        `yaml:"events" doc:"What happened, a line of JSON each."`
	Snapshots Snapshots     `yaml:"snapshots" doc:"The best picture of each track. Off until dir is set."`
	Record    Record        `yaml:"record" doc:"Video with what was seen drawn in, as MJPEG-AVI. Off until dir or file is set."`
	Preview   Preview       `yaml:"preview" doc:"A page with live pictures, /metrics and /healthz. Off until listen is set."`
	Health    Health        `yaml:"health" doc:"When something counts as broken."`
}

// DefaultTimeout is the Timeout of a Source.
const DefaultTimeout = 2 * time.Second

// NewSource returns a Source as a file that says no more of it has it.
func NewSource(spec string) Source {
	var s Source
	setDefaults(reflect.ValueOf(&s).Elem())
	s.Source = spec
	return s
}

// Source is a camera, a video, a folder of pictures, …
type Source struct {
	Name     string         `yaml:"name" example:"door" doc:"What events call it. Empty: camera1, camera2, … by its place in the list."`
	Source   string         `yaml:"source" path:"source" example:"camera" doc:"What to open: camera, a name in /dev/v4l/by-id, a file, an address; ocellus run --help lists the kinds."`
	Size     Size           `yaml:"size" example:"640x480" doc:"Size wanted of a camera. Empty: 640x480, or what there is."`
	FPS      float64        `yaml:"fps" min:"0" max:"1000" doc:"Frames a second wanted of a camera; of files, that of playing. 0: 30, or the file's own."`
	Format   string         `yaml:"format" default:"any" oneof:"any|yuyv|uyvy|nv12|i420|grey|rgb|mjpeg" doc:"Pixel format wanted of a camera. any: the one that costs least."`
	Controls map[string]int `yaml:"controls" example:"{brightness: 128}" doc:"Settings of a camera, by the names that ocellus cameras --controls gives."`
	Timeout  time.Duration  `yaml:"timeout" default:"2s" min:"100ms" max:"10m" doc:"How long no frame may come before the source is opened again."`
	Loop     bool           `yaml:"loop" doc:"Files begin again at their end."`
	Fast     bool           `yaml:"as_fast_as_possible" doc:"Files are played frame by frame as fast as each is worked on, not as if live."`
	Buffers  int            `yaml:"buffers" min:"0" max:"32" doc:"Buffers shared with a camera's driver. 0: 4."`
}

// Detect says what is looked for.
type Detect struct {
	Model   string             `yaml:"model" default:"blazeface-back" path:"model" doc:"Name of a model, or an ONNX file."`
	Score   float64            `yaml:"score" min:"0" max:"1" doc:"Least score. 0: the model's own."`
	Scores  map[string]float64 `yaml:"scores" min:"0" max:"1" example:"{person: 0.6}" doc:"Least score by class, in place of score."`
	Classes []string           `yaml:"classes" most:"1000" example:"[person, car]" doc:"Classes to report. Empty: all."`
	MinArea float64            `yaml:"min_area" min:"0" max:"1" doc:"Least area of an object, as a share of the picture."`
	MaxArea float64            `yaml:"max_area" default:"1" min:"0" max:"1" doc:"Greatest area of an object, as a share of the picture."`
	Anchor  string             `yaml:"anchor" default:"bottom-centre" oneof:"bottom-centre|centre" doc:"The point of an object that zones and lines go by: where it stands, or its middle, as for faces."`
	Tiles   Size               `yaml:"tiles" example:"3x2" doc:"How many tiles, across and down, the region is searched in besides as a whole, for objects that are small in it; each takes as long as the whole. Empty: none."`
	Region  [4]float64         `yaml:"region" default:"[0, 0, 1, 1]" min:"0" max:"1" doc:"The part of the picture that is searched: left, top, right, bottom, as shares of its sides."`
}

// Track says how detections become tracks; see package pipeline/track.
type Track struct {
	On      bool          `yaml:"on" default:"true" doc:"Whether what is found is followed."`
	High    float64       `yaml:"high" default:"0.5" min:"0" max:"1" doc:"Score from which a detection goes on with a track first. Scores are stretched for this: what is just worth reporting of a class counts as this, and 1 as 1."`
	Low     float64       `yaml:"low" default:"0.1" min:"0" max:"1" doc:"Score below which a detection goes on with none, so stretched."`
	New     float64       `yaml:"new" default:"0.5" min:"0" max:"1" doc:"Score from which a detection begins a track, so stretched."`
	IoU     float64       `yaml:"iou" default:"0.2" min:"0" max:"1" doc:"Overlap with where a track is expected, at the least."`
	Hits    int           `yaml:"hits" default:"3" min:"1" max:"100" doc:"Frames one after another that make a track one that is reported."`
	Lost    time.Duration `yaml:"lost" default:"1s" min:"10ms" max:"1m" doc:"How long a track may be out of sight before it has left."`
	Update  time.Duration `yaml:"update" default:"0s" min:"0s" max:"1h" doc:"How often a track that is still there is reported again. 0s: never."`
	Objects int           `yaml:"objects" default:"256" min:"1" max:"1024" doc:"The most objects to follow at once."`
}

// Motion says which frames are searched.
type Motion struct {
	On          bool          `yaml:"on" doc:"Whether frames in which nothing moves are left out."`
	Sensitivity float64       `yaml:"sensitivity" default:"0.5" min:"0" max:"1" doc:"1: the least change of brightness counts, 3 levels of 255; 0: only great ones do, of 48."`
	MinArea     float64       `yaml:"min_area" default:"0.0008" min:"0" max:"1" doc:"Share of the picture that must change, in one piece."`
	Hold        time.Duration `yaml:"hold" default:"2s" min:"0s" max:"1h" doc:"How long frames are searched after the last motion."`
	Every       time.Duration `yaml:"every" default:"5s" min:"0s" max:"1h" doc:"How often a frame is searched although nothing moves. 0s: never."`
}

// Zone is a part of the picture.
type Zone struct {
	Name    string        `yaml:"name" example:"porch" doc:"What events call it."`
	Kind    string        `yaml:"kind" default:"zone" oneof:"zone|line|include|exclude" doc:"zone: who comes, stays and leaves is reported; line: who crosses; include: nothing outside counts; exclude: nothing inside does."`
	Source  string        `yaml:"source" doc:"The name of the source it is for. Empty: all."`
	Polygon []Point       `yaml:"polygon" most:"1000" min:"0" max:"1" example:"[[0.1, 0.5], [0.9, 0.5], [0.9, 1], [0.1, 1]]" doc:"Its corners, as shares of the picture's width and height; of a line, its two ends."`
	Classes []string      `yaml:"classes" most:"1000" example:"[person]" doc:"The classes it is for. Empty: all."`
	Dwell   time.Duration `yaml:"dwell" min:"0s" max:"24h" doc:"How long something must stay to be reported as staying. 0s: that is not reported."`
}

// Faces says how people are told apart.
type Faces struct {
	Known     string  `yaml:"known" path:"file" example:"known" doc:"Folder of the people to know: a picture of each, named so, or a folder of pictures of each."`
	Detector  string  `yaml:"detector" path:"model" example:"blazeface-back" doc:"Model that finds the faces of people, where detect.model finds people. Empty: detect.model finds faces."`
	Landmarks string  `yaml:"landmarks" default:"face-landmark-68" path:"model" doc:"Model that finds their landmarks; none: the detector's own."`
	Embedder  string  `yaml:"embedder" default:"face-128" path:"model" doc:"Model that makes the embeddings."`
	Threshold float64 `yaml:"threshold" min:"0" max:"1" doc:"Least similarity to be one person. 0: the model's own."`
	Margin    float64 `yaml:"margin" default:"0.05" min:"0" max:"1" doc:"How much more alike the best must be than the runner-up."`
	Votes     int     `yaml:"votes" default:"3" min:"1" max:"32" doc:"Frames that must agree before a track is given a name: more than half …"`
	Of        int     `yaml:"of" default:"5" min:"1" max:"32" doc:"… of so many of its last."`
	MinPixels float64 `yaml:"min_pixels" default:"40" min:"0" max:"10000" doc:"Least side of a face in pixels; smaller ones are not looked at."`

	Every time.Duration `yaml:"every" default:"100ms" min:"0s" max:"1m" doc:"How often the face of a track is looked at until it is decided whose it is. In a frame one face is looked at, at most."`
	Again time.Duration `yaml:"again" default:"1s" min:"0s" max:"1h" doc:"How often it is looked at after that."`
}

// Events says where lines go.
type Events struct {
	Stdout  bool   `yaml:"stdout" default:"true" doc:"Whether they are printed."`
	File    string `yaml:"file" path:"file" example:"/var/lib/ocellus/events.jsonl" doc:"File that they are appended to."`
	MaxSize Bytes  `yaml:"max_size" default:"10MiB" min:"4KiB" max:"1TiB" doc:"Size at which a new file is begun, and the old one numbered."`
	Keep    int    `yaml:"keep" default:"5" min:"0" max:"1000" doc:"Old files to keep."`
}

// Snapshots says where pictures go.
type Snapshots struct {
	Dir     string `yaml:"dir" path:"file" example:"/var/lib/ocellus/snapshots" doc:"Folder for them."`
	MaxSize Bytes  `yaml:"max_size" default:"1GiB" min:"1MiB" max:"1PiB" doc:"What all of them may take; the oldest go first."`
	Keep    int    `yaml:"keep" default:"10000" min:"1" max:"10000000" doc:"How many are kept."`
}

// Record says where video goes.
type Record struct {
	File    string `yaml:"file" path:"file" example:"seen.avi" doc:"The first file, after which come FILE-2 and so on at max_size. Names that are taken are passed over: nothing is written over, and nothing deleted. For a single source."`
	Dir     string `yaml:"dir" path:"file" example:"/var/lib/ocellus/video" doc:"Folder for a file after another of each source."`
	MaxSize Bytes  `yaml:"max_size" default:"256MiB" min:"1MiB" max:"1GiB" doc:"Size of a file at most."`
	Keep    int    `yaml:"keep" default:"8" min:"1" max:"100000" doc:"Files to keep of each source in dir; the oldest go first."`
}

// DefaultListen is where the preview listens when it is asked for without an
// address: on this machine alone.
const DefaultListen = "127.0.0.1:8088"

// Preview says where the page, /metrics and /healthz are served.
type Preview struct {
	Listen    string `yaml:"listen" example:"127.0.0.1:8088" doc:"Address and port to listen on. A token is needed for any but this machine's own."`
	Token     Secret `yaml:"token" doc:"What visitors must know, 16 characters at the least. Better kept in token_file."`
	TokenFile string `yaml:"token_file" path:"file" example:"/etc/ocellus/token" doc:"File with the token in it."`
}

// Health says when something counts as broken.
type Health struct {
	StalledAfter time.Duration `yaml:"stalled_after" default:"30s" min:"1s" max:"1h" doc:"How long no source may yield a frame that is worked on. After that /healthz fails, and systemd, no longer told that all is well, starts Ocellus anew."`
	FrozenAfter  time.Duration `yaml:"frozen_after" default:"5s" min:"0s" max:"1h" doc:"How long a camera may give the same picture before it counts as frozen. 0s: for ever."`
	DarkAfter    time.Duration `yaml:"dark_after" default:"2s" min:"0s" max:"1h" doc:"How long a picture may be black or white before that is told. 0s: for ever."`
}
