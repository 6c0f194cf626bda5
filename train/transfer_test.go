package train_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/models"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/nn/plan"
	"github.com/ocellus-vision/ocellus/train"
)

func define(t *testing.T, make func(models.Options) (*nn.Graph, error), o models.Options) *nn.Graph {
	t.Helper()
	g, err := make(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func constant(g *nn.Graph, name string) *nn.Value {
	for i := range g.Values {
		if g.Values[i].Name == name {
			return &g.Values[i]
		}
	}
	return nil
}

// TestTakeOver: which values come from where, and which may change.
func TestTakeOver(t *testing.T) {
	from := define(t, models.ResNet20, models.Options{Seed: 5, Classes: 10})
	mine := define(t, models.ResNet20, models.Options{Seed: 6, Classes: 3, Fresh: true})
	for _, c := range []struct {
		train.Transfer
		frozen []string // parameters that must stay
		free   []string
	}{
		{train.Transfer{Way: train.TransferHead, Keep: true}, []string{"conv1.weight", "layer3.2.bn2.weight"}, []string{"linear.weight", "linear.bias"}},
		{train.Transfer{Way: train.TransferEarly, FreezeTo: "layer1"}, []string{"conv1.weight", "layer1.2.bn2.bias"}, []string{"layer2.0.conv1.weight", "linear.weight"}},
		{train.Transfer{Way: train.TransferEarly}, []string{"conv1.weight"}, []string{"layer3.2.conv2.weight", "linear.weight"}},
		{train.Transfer{Way: train.TransferInit}, nil, []string{"conv1.weight", "linear.weight"}},
	} {
		g, taken, err := c.TakeOver(mine, from)
		if err != nil {
			t.Fatalf("%+v: %v", c.Transfer, err)
		}
		for _, name := range c.frozen {
			if constant(g, name).Trainable {
				t.Errorf("%+v: %s is to be trained", c.Transfer, name)
			}
		}
		for _, name := range c.free {
			if !constant(g, name).Trainable || !constant(mine, name).Trainable {
				t.Errorf("%+v: %s is not to be trained", c.Transfer, name)
			}
		}
		for _, name := range []string{"conv1.weight", "layer2.1.bn1.running_mean"} {
			got, want := constant(g, name), constant(from, name)
			if got == nil || want == nil {
				t.Fatalf("no %s", name)
			}
			if !slices.Equal(got.Const.F32(), want.Const.F32()) {
				t.Errorf("%+v: %s is not the other network's", c.Transfer, name)
			}
		}
		if !slices.Equal(constant(g, "linear.weight").Const.F32(), constant(mine, "linear.weight").Const.F32()) {
			t.Errorf("%+v: the head is not as it was drawn", c.Transfer)
		}
		if !slices.Equal(taken.New, []string{"linear"}) || len(taken.Taken) < 30 {
			t.Errorf("%+v: account %+v", c.Transfer, taken)
		}
		whole := train.Thawed(mine, g)
		if v := constant(whole, "conv1.weight"); !v.Trainable || !slices.Equal(v.Const.F32(), constant(from, "conv1.weight").Const.F32()) {
			t.Errorf("%+v: thawed, conv1.weight is not to be trained or not taken over", c.Transfer)
		}
	}
}

// TestFrozenStays: training moves neither the parameters nor the running
// statistics of frozen layers, and moves those of others.
func TestFrozenStays(t *testing.T) {
	from := define(t, models.ResNet20, models.Options{Seed: 5, Classes: 10})
	mine := define(t, models.ResNet20, models.Options{Seed: 6, Classes: 3, Fresh: true})
	early := train.Transfer{Way: train.TransferEarly, FreezeTo: "layer1"}
	g, _, err := early.TakeOver(mine, from)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := plan.NewTrainer(g, plan.Bindings{Dims: map[string]int{"batch": 2}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range tr.Parameters() {
		if strings.HasPrefix(p.Name, "layer1") || strings.HasPrefix(p.Name, "conv1") {
			t.Errorf("%s trains", p.Name)
		}
	}
	in := tr.Input(0).F32()
	for i := range in {
		in[i] = float32(i%17)/8 - 1
	}
	if err := tr.Forward(); err != nil {
		t.Fatal(err)
	}
	moved := 0
	for _, s := range tr.Statistics() {
		same := slices.Equal(s.Value.F32(), constant(g, s.Name).Const.F32())
		frozen := strings.HasPrefix(s.Name, "layer1") || strings.HasPrefix(s.Name, "bn1")
		if frozen && !same {
			t.Errorf("%s moved", s.Name)
		}
		if !frozen && !same {
			moved++
		}
	}
	if moved == 0 {
		t.Error("no running statistic moved")
	}
}

// TestTransferRefused: each mistake is named, with what to do.
func TestTransferRefused(t *testing.T) {
	mine := define(t, models.VGG16, models.Options{Size: 32, Channels: 3, Classes: 3, Width: 0.25, Fresh: true})
	wide := define(t, models.VGG16, models.Options{Size: 32, Channels: 3, Classes: 3, Width: 0.5})
	other := define(t, models.LeNet5, models.Options{})
	for _, c := range []struct {
		from *nn.Graph
		way  train.Transfer
		want string
	}{
		{wide, train.Transfer{Way: train.TransferInit}, "there"},
		{other, train.Transfer{Way: train.TransferInit}, "is not in it"},
		{mine, train.Transfer{Way: "all"}, "head, early, init"},
		{mine, train.Transfer{Way: train.TransferEarly, FreezeTo: "layer9"}, "no layer"},
	} {
		_, _, err := c.way.TakeOver(mine, c.from)
		var transfer *train.ErrTransfer
		var setting *train.ErrConfig
		if !errors.As(err, &transfer) && !errors.As(err, &setting) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.way, err, c.want)
		}
	}
}
