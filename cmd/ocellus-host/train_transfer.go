package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/ocellus-vision/ocellus/format/onnx"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/train"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// transferFlags say what of another network a run begins with.
type transferFlags struct {
	From     string `help:"File of the same network, as this command writes it, to begin with." placeholder:"MODEL.onnx" group:"transfer"`
	Transfer string `help:"What is trained: a new last layer alone (head, the default), later layers (early), or all (init)." placeholder:"WAY" group:"transfer"`
	FreezeTo string `help:"With --transfer early: the last layer that stays as it is, as layer2 or layer2.0.conv1 (ocellus-host models explain NETWORK lists them); default: half of them." placeholder:"LAYER" group:"transfer"`
	Compare  bool   `help:"Train in each of these ways, and from nothing, and say which did best." group:"transfer"`
}

// check finds what does not go together.
func (f *transferFlags) check() error {
	switch {
	case f.From == "" && (f.Transfer != "" || f.FreezeTo != "" || f.Compare):
		return cli.Usagef("--transfer, --freeze-to and --compare are about another network: name its file by --from")
	case f.Transfer != "" && !slices.Contains(train.Transfers(), f.Transfer):
		return cli.Usagef("--transfer %s: it is one of %v", f.Transfer, train.Transfers())
	case f.FreezeTo != "" && f.Transfer != train.TransferEarly && !f.Compare:
		return cli.Usagef("--freeze-to says how far --transfer early freezes: add that")
	case f.Compare && f.Transfer != "":
		return cli.Usagef("--compare tries all ways: leave --transfer out")
	}
	return nil
}

// transferred is the account of what a run began with.
type transferred struct {
	File string `json:"file"`
	Way  string `json:"way"`
	train.Taken
	Licence string `json:"licence,omitempty"` // of that file
	Data    string `json:"data,omitempty"`    // that it learned from
}

// String is the account in a line.
func (t *transferred) String() string {
	if t == nil {
		return "weights that were drawn"
	}
	s := fmt.Sprintf("%s (%s): %d layers taken over", filepath.Base(t.File), t.Way, len(t.Taken.Taken))
	if len(t.New) > 0 {
		s += ", " + t.New[0] + " new"
	}
	if n := len(t.Frozen); n > 0 {
		s += fmt.Sprintf(", %d frozen, up to %s", n, t.Frozen[n-1])
	}
	return s
}

// note is what the result's metadata say of it.
func (t *transferred) note() string {
	if t == nil {
		return ""
	}
	s := " Begun with " + t.String()
	if t.Data != "" {
		s += "; that learned from " + t.Data
	}
	if t.Licence != "" {
		s += " (licence: " + t.Licence + ")"
	}
	return s + "."
}

// begin has the run begin with another network, where one is named.
func (t *training) begin(env *cli.Env) error {
	t.graph = t.whole
	if t.From == "" {
		return nil
	}
	from, err := onnx.ReadFile(t.From)
	if err != nil {
		return err
	}
	m, err := meta.Parse(from.Meta)
	if err != nil {
		return err
	}
	way := t.transferFlags.Transfer
	if way == "" {
		way = train.TransferHead
	}
	use := train.Transfer{Way: way, Keep: slices.Equal(m.Labels, t.sets.learn.Classes), FreezeTo: t.FreezeTo}
	g, taken, err := use.TakeOver(t.whole, from)
	if err != nil {
		return fmt.Errorf("%s: %w", t.From, err)
	}
	t.graph, t.whole = g, train.Thawed(t.whole, g)
	t.taken = &transferred{File: t.From, Way: way, Taken: *taken}
	if m.Provenance != nil {
		t.taken.Licence, t.taken.Data = m.Provenance.Licence, m.Provenance.Data
	}
	if t.config.From, err = sha256Of(t.From); err != nil {
		return err
	}
	t.config.Transfer, t.config.FreezeTo = way, t.FreezeTo
	env.Notef("begins with %s\n", t.taken)
	return nil
}
