// Command ocellus-host is the host side of Ocellus: it fetches, trains and
// quantises models for devices, and holds the runtime against the tests of the ONNX project.
package main

import (
	"os"

	"github.com/ocellus-vision/ocellus/internal/cli"
)

type grammar struct {
	Models      modelsCommand      `cmd:"" help:"List and fetch pretrained models."`
	Data        dataCommand        `cmd:"" help:"Look at data sets."`
	Train       trainCommand       `cmd:"" help:"Train a network on your own pictures."`
	Eval        evalCommand        `cmd:"" help:"Judge models by data sets."`
	Quantize    quantizeCommand    `cmd:"" help:"Make a network compute with 8-bit integers."`
	Conformance conformanceCommand `cmd:"" help:"Run ONNX backend tests."`
	Version     cli.VersionCommand `cmd:"" help:"Print the version."`
}

func app() cli.App {
	return cli.App{
		Name: "ocellus-host",
		Description: `Prepares what devices run: fetches, trains and quantises models, and tests the runtime.

Begin with

    ocellus-host models list                       what there is
    ocellus-host models fetch                      get all of it for this machine
    ocellus-host models fetch --to models          get it into a folder, to be copied to a device
    ocellus-host train lenet5 --data mnist:digits --out digits.onnx        a network of your own
    ocellus-host quantize net.onnx --calib photos --out net-int8.onnx     a quarter of the size, faster`,
		Grammar: &grammar{},
	}
}

func main() { os.Exit(cli.Main(app())) }
