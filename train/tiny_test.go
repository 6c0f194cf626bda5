package train_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/train"
	"github.com/ocellus-vision/ocellus/vision"
)

// The tiny set: pictures of noise, in which one quarter is brighter. Which one
// is the class.
const (
	tinySide    = 12
	tinyClasses = 4
	tinyCount   = 96
)

// tinySet writes the set in the format of MNIST, and reads it.
func tinySet(t testing.TB, dir string) *data.Labelled {
	t.Helper()
	head := func(magic uint32, dims ...uint32) []byte {
		b := binary.BigEndian.AppendUint32(nil, magic)
		for _, d := range dims {
			b = binary.BigEndian.AppendUint32(b, d)
		}
		return b
	}
	pix, labels := head(0x803, tinyCount, tinySide, tinySide), head(0x801, tinyCount)
	for i := range uint64(tinyCount) {
		class := i % tinyClasses
		labels = append(labels, byte(class))
		for y := range uint64(tinySide) {
			for x := range uint64(tinySide) {
				v := data.Draw(i, y, x) % 120
				if y/(tinySide/2)*2+x/(tinySide/2) == class {
					v += 60
				}
				pix = append(pix, byte(v))
			}
		}
	}
	for name, b := range map[string][]byte{"train-images-idx3-ubyte": pix, "train-labels-idx1-ubyte": labels} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	s, err := data.MNIST(dir, "train")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tinyConfig has all that has a state: momentum, an average, the best epoch,
// and a schedule that waits for gains.
func tinyConfig() train.Config {
	return train.Config{Network: "tiny", Size: tinySide, Channels: 1, Classes: tinyClasses, Seed: 5, Epochs: 4, Batch: 8,
		Optimizer: "nesterov", Rate: 0.02, Momentum: 0.9, Decay: 1e-4, Schedule: "plateau", WarmUp: 1, Clip: 5, Average: 0.9,
		Smoothing: 0.05, Validation: 0.25, Patience: 3, Augment: "digits"}
}

// tinyNet has normalisation, whose statistics must be kept as well.
func tinyNet(t testing.TB) *nn.Graph {
	t.Helper()
	made, err := models.ResNet20(models.Options{Size: tinySide, Channels: 1, Classes: tinyClasses, Seed: 3, Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func tinyTask(t testing.TB, c *train.Config) *train.Classifier {
	t.Helper()
	learn, validate := tinySet(t, t.TempDir()).Split(c.Validation, c.Seed)
	return classifier(t, learn, validate, c, false)
}

func classifier(t testing.TB, learn, validate *data.Labelled, c *train.Config, strict bool) *train.Classifier {
	t.Helper()
	p := vision.Preprocess{Width: tinySide, Height: tinySide, Colour: vision.Gray, Scale: [3]float32{1. / 255}}
	task, err := train.NewClassifier(learn, validate, p, c, strict)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// tinyRun trains on so many threads, and returns the result as a file.
func tinyRun(t testing.TB, ctx context.Context, c train.Config, o train.Options, threads int) ([]byte, error) {
	t.Helper()
	o.Pool = plan.NewPool(threads)
	defer o.Pool.Close()
	res, err := train.Run(ctx, tinyNet(t), tinyTask(t, &c), c, o)
	if err != nil {
		return nil, err
	}
	b, err := onnx.Encode(res.Graph)
	if err != nil {
		t.Fatal(err)
	}
	return b, nil
}

func read(t testing.TB, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sameRun holds a folder and a result against those of an undisturbed run.
func sameRun(t *testing.T, what, dir, wantDir string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(read(t, dir, train.CheckpointFile), read(t, wantDir, train.CheckpointFile)) {
		t.Errorf("%s: the last checkpoint has other bytes", what)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: the network has other bytes", what)
	}
}
