package main

import (
	"strings"
	"time"

	"github.com/ocellus-vision/ocellus/capture"
	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

type runCommand struct {
	Source []string `help:"Where frames come from, see below; may be given more than once. Default: the first camera." placeholder:"SOURCE" sep:"none" short:"s"`
	Config string   `help:"File with all of this and more, see config init. Other flags that set something are then not taken." placeholder:"FILE"`
	Model  string   `help:"Name of a model, or an ONNX file. Default: blazeface-back, which finds faces." placeholder:"NAME|FILE"`
	cli.ModelsFlag
	Capture  string        `help:"Size and rate wanted of a camera." placeholder:"WxH[@FPS]"`
	Format   string        `help:"Pixel format wanted of a camera: yuyv, mjpeg and so on. Default: the one that costs least." placeholder:"FORMAT"`
	Fast     bool          `name:"as-fast-as-possible" help:"Work on every frame of a file as fast as can be, not as if it were live."`
	Loop     bool          `help:"Files begin again at their end."`
	Duration time.Duration `help:"End after this long." placeholder:"TIME"`

	Score         float64  `help:"Least score, 0 to 1, in place of the model's own." placeholder:"SCORE"`
	Class         []string `help:"A class to report; may be given more than once. Default: all." placeholder:"LABEL[=SCORE]"`
	Region        string   `help:"The part of the picture that is searched: left, top, right, bottom, as shares of its sides." placeholder:"L,T,R,B"`
	Tiles         string   `help:"Search so many tiles as well, across and down, for what is small in the picture; each takes as long as the whole." placeholder:"3x2"`
	Anchor        string   `help:"The point of an object that zones and lines go by: bottom-centre or centre." placeholder:"POINT"`
	Zone          []string `help:"A part of the picture whose visitors are reported, a polygon in shares of its sides." placeholder:"NAME=X,Y X,Y X,Y" sep:"none"`
	Line          []string `help:"A line whose crossings are reported." placeholder:"NAME=X,Y X,Y" sep:"none"`
	Include       []string `help:"A polygon outside of which nothing counts." placeholder:"X,Y X,Y X,Y" sep:"none"`
	Exclude       []string `help:"A polygon inside of which nothing counts." placeholder:"X,Y X,Y X,Y" sep:"none"`
	Motion        bool     `help:"Search only frames in which something moves, or lately did."`
	NoTrack       bool     `help:"Follow nothing: each detection of each frame is an event of its own."`
	Known         string   `help:"Name the people in this folder: a picture of each, NAME.jpg, or a folder NAME of pictures." placeholder:"DIR"`
	FaceThreshold *float64 `help:"Least similarity, 0 to 1, to be one person, in place of the model's own." placeholder:"SIMILARITY"`
	FaceMargin    *float64 `help:"How much more alike the best must be than the runner-up; 0.05." placeholder:"SIMILARITY"`
	Votes         string   `help:"Looks that must agree before a name is given, of so many of the last; 3/5." placeholder:"N/M"`
	FaceMin       *float64 `help:"Least side of a face that is looked at; 40." placeholder:"PIXELS"`
	FaceDetector  string   `help:"Model that finds the faces of people, where --model finds people." placeholder:"NAME|FILE"`

	Update   time.Duration `help:"How often a track that is still there is reported again. Default: never." placeholder:"TIME"`
	Deadline time.Duration `help:"Age at which a frame is of no more use: what would be done later is left out." placeholder:"TIME"`

	Events    string      `help:"Where events go, a line of JSON each: a file, - for the output, none. Default: the output, for people on a terminal." placeholder:"FILE|-|none"`
	Snapshots string      `help:"Folder for the best picture of each track." placeholder:"DIR"`
	Record    string      `help:"Video with what was seen drawn in, for one source; if it is there, FILE-2.avi and so on." placeholder:"FILE.avi"`
	Preview   previewFlag `help:"A page with the live picture, events and figures, /metrics and /healthz; at 127.0.0.1:8088 unless an address is given. Where others reach that, a token is made and told." placeholder:"[=ADDR]"`
	JSON      bool        `help:"Print the figures at the end as a line of JSON on the output."`
	Threads   int         `help:"Cores to use; default: all." placeholder:"N"`
	cli.DescribeFlags
}

func (c *runCommand) Help() string {
	return `Examples:

    ocellus run                                            faces before the first camera
    ocellus run --source /dev/v4l/by-id/usb-… --capture 1280x720@30
    ocellus run --source street.avi --as-fast-as-possible --model fastestdet.onnx --class person=0.6 --class car
    ocellus run --source door.avi --zone 'porch=0,0.5 1,0.5 1,1 0,1' --line 'gate=0.5,0 0.5,1' --events seen.jsonl
    ocellus run --source camera:0 --source rtsp://192.168.1.20/main --threads 2
    ocellus run --source door.avi --record seen.avi --snapshots faces
    ocellus run --preview                                  and look at http://127.0.0.1:8088/
    ocellus run --known people                             names them: people/ann.jpg, people/bob/1.jpg, …
    ocellus run --config ocellus.yaml                      all that can be set, see ocellus config init

Sources:

` + sourceKinds() + `

A name takes looks at the face of a track that agree (--votes), each nearer to a person known than
the threshold and than to the next person by the margin. Faces that are small, blurred, dark or turned
away have no vote. A face that looks like nobody known is called unknown.

The newest frame wins: what comes while one is worked on takes the place of what waits, and is
counted. Files are played as if they were live, unless --as-fast-as-possible is given. Several
sources share the model and the cores, each in its turn.

An event has type (enter, update, leave, zone_enter, zone_dwell, zone_leave, line, identity, state;
found without tracking), time, age_ms (of the frame when it was decided), source, sequence, track,
detection, models with their hashes, and what else the type has. At the end the figures go to the
standard error: frames, rates, ages, and what was left out and why.

Ctrl-C ends a run in order; the exit code is 0 for what is live or goes round (--loop), and 130 for a
file that was not at its end and for a synthetic scene. So does an output that is read no more, as
after | head; the exit code is 4. It is 4 as well when a source has not given one frame at the end of
--duration.`
}

// sourceKinds lists what sources are called, indented so that help texts keep
// its lines.
func sourceKinds() string {
	return "    " + strings.ReplaceAll(capture.Kinds, "\n", "\n    ")
}

// Run runs.
func (c *runCommand) Run(env *cli.Env) error {
	f, err := c.settings(env)
	if err != nil {
		return err
	}
	return c.live(env, f)
}

// settings returns what the flags say, or the file that they name.
func (c *runCommand) settings(env *cli.Env) (*config.File, error) {
	if c.Config == "" {
		return c.fromFlags()
	}
	if name := c.beside(); name != "" {
		return nil, cli.Usagef("--%s is not taken beside --config; write it in %s", name, c.Config)
	}
	return loadConfig(env, c.Config)
}
