// Command ocellus-peers holds Ocellus against other engines: the same model
// files, the same inputs, in one process.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ocellus-vision/ocellus/bench/onnxruntime"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/internal/home"
)

type grammar struct {
	Agree agreeCommand `cmd:"" help:"Compare the outputs of models with ONNX Runtime's."`
	Time  timeCommand  `cmd:"" help:"Compare the time that models take with ONNX Runtime's."`

	Memory memoryCommand `cmd:"" help:"Compare the memory that models take with ONNX Runtime's."`
	Peak   peakCommand   `cmd:"" hidden:"" help:"Measure this process, for memory."`

	Train       trainCommand       `cmd:"" help:"Compare the time and memory that training takes with PyTorch's."`
	TrainWorker trainWorkerCommand `cmd:"" hidden:"" help:"Train in this process, for train."`

	Control controlCommand `cmd:"" hidden:"" help:"Run ONNX Runtime without a cap, for time --cap."`
}

func app() cli.App {
	return cli.App{
		Name: "ocellus-peers",
		Description: `Holds Ocellus against ONNX Runtime, on the very same files and inputs, one thread each; in
training, against PyTorch.

Begin with

    scripts/onnxruntime.sh              fetch ONNX Runtime, once
    ocellus-peers agree net.onnx        are the answers the same?
    ocellus-peers time net.onnx         and which is faster?
    ocellus-peers time --cap avx2 net.onnx    and on a CPU that ends with AVX2?
    ocellus-peers memory net.onnx       and which takes less memory?
    ocellus-peers train                 and in training, against PyTorch?`,
		Grammar: &grammar{},
	}
}

// peerFlags are common to all commands.
type peerFlags struct {
	Models []string       `arg:"" name:"model" help:"ONNX files, or names of models that ocellus-host has fetched."`
	Dim    map[string]int `help:"Size of a named dimension, as height=320. Open ones are else as of one picture of 3 x 320 x 320." placeholder:"NAME=SIZE"`
	Seed   uint64         `help:"Seed of the inputs." default:"1"`
	ORT    string         `name:"ort" help:"ONNX Runtime's library; default: where scripts/onnxruntime.sh puts it." placeholder:"FILE" type:"path" env:"OCELLUS_ORT"`
	JSON   bool           `help:"Print JSON."`
}

func (f *peerFlags) open() (*onnxruntime.Library, error) {
	file, err := f.library()
	if err != nil {
		return nil, err
	}
	return onnxruntime.Open(file)
}

// library returns the file of ONNX Runtime, which need not be there.
func (f *peerFlags) library() (string, error) {
	if f.ORT != "" {
		return f.ORT, nil
	}
	dir, err := home.Cache("peers")
	if err != nil {
		return "", err
	}
	return filepath.Join(dir.Path, "onnxruntime-"+onnxruntime.Release, runtime.GOOS+"-"+runtime.GOARCH, "libonnxruntime.so.1"), nil
}

// resolve returns the file of a model given as FILE or NAME, as ocellus has it.
func resolve(model string) (string, error) {
	if strings.EqualFold(filepath.Ext(model), ".onnx") || strings.ContainsRune(model, filepath.Separator) {
		return model, nil
	}
	dir, err := home.Models()
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir.Path, model+".onnx")
	if _, err := os.Stat(file); err != nil {
		return "", fmt.Errorf("there is no model %q in %s: %w\nTo fetch it, run: ocellus-host models fetch %[1]s", model, dir.Path, fs.ErrNotExist)
	}
	return file, nil
}

func main() { os.Exit(cli.Main(app())) }
