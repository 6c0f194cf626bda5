// Command ocellus is the device side of Ocellus: it runs models on pictures
// and arrays, and says what is in them and what this machine makes of them.
package main

import (
	"os"
	"runtime/debug"

	"github.com/ocellus-vision/ocellus/internal/cli"
)

type grammar struct {
	Detect    detectCommand      `cmd:"" help:"Find faces and other objects in pictures."`
	Classify  classifyCommand    `cmd:"" help:"Say which class a picture is of."`
	Run       runCommand         `cmd:"" help:"Watch cameras and videos: follow what is seen, and tell what happens."`
	Face      faceCommand        `cmd:"" help:"Tell people apart by their faces."`
	Cameras   camerasCommand     `cmd:"" help:"List the cameras of this machine."`
	Config    configCommand      `cmd:"" help:"Write and check the file that a device is set up by."`
	Infer     inferCommand       `cmd:"" help:"Run any ONNX model on arrays."`
	Inspect   inspectCommand     `cmd:"" help:"Say what is in a model and what it takes to run."`
	Bench     benchCommand       `cmd:"" help:"Measure how fast a model runs here."`
	Selftest  selftestCommand    `cmd:"" help:"Say whether this machine computes what it should."`
	Doctor    doctorCommand      `cmd:"" help:"Say what this machine can do, and what it lacks."`
	Install   installCommand     `cmd:"" help:"Install this program as a service of systemd."`
	Uninstall uninstallCommand   `cmd:"" help:"Remove what install wrote."`
	Version   cli.VersionCommand `cmd:"" help:"Print the version."`
}

func app() cli.App {
	return cli.App{
		Name: "ocellus",
		Description: `Sees faces and other things in pictures, with neural networks, on small machines.

Begin with

    ocellus-host models fetch          get the models, on a machine with network
    ocellus detect photo.jpg           find the faces in a photograph
    ocellus detect --out seen photos   and draw them, for a whole folder
    ocellus run                        watch the first camera`,
		Grammar: &grammar{},
	}
}

// gcPercent has garbage collected early. Models are read and compiled with
// copies of their weights that are soon garbage; after that nothing is
// allocated that a collection would have to keep up with.
const gcPercent = 15

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	os.Exit(cli.Main(app()))
}
