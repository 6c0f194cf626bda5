package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ocellus-vision/ocellus/nn"
)

// The ways to learn from what another network has learned: J. Yosinski et al.,
// "How transferable are features in deep neural networks?" (2014).
const (
	TransferHead  = "head"  // a new last layer, which alone is trained
	TransferEarly = "early" // early layers stay as they are, later ones are trained
	TransferInit  = "init"  // everything is trained, from where the other ended
)

// Transfers lists the ways, the one that changes least first.
func Transfers() []string { return []string{TransferHead, TransferEarly, TransferInit} }

// Transfer says what of another network a run begins with.
type Transfer struct {
	Way string // one of Transfers
	// Keep has the last layer taken over as well: its classes mean the same, in the
	// same order. TransferHead draws a new one all the same.
	Keep bool
	// FreezeTo is the last layer that stays as it is by TransferEarly: the name of a
	// node, or the beginning of names up to a dot. "": half of the layers.
	FreezeTo string
}

// Taken is the account of a transfer, in names of layers: nodes with parameters,
// in the order in which they run.
type Taken struct {
	Taken  []string `json:"taken_over"` // begin as the other network ended
	New    []string `json:"new"`        // begin as drawn
	Frozen []string `json:"frozen"`     // stay as they are
}

// ErrTransfer says why one network cannot begin with another's parameters.
type ErrTransfer struct {
	Param string // that does not fit; may be empty
	Why   string
	Cure  string
}

func (e *ErrTransfer) Error() string {
	s := "cannot begin with that network: "
	if e.Param != "" {
		s += fmt.Sprintf("parameter %q ", e.Param)
	}
	return s + e.Why + "; " + e.Cure
}

// layer is a node with what training changes: its parameters, and for a batch
// normalisation its running statistics.
type layer struct {
	node   *nn.Node
	values []nn.ValueID
}

func layersOf(g *nn.Graph) []layer {
	var all []layer
	for i := range g.Nodes {
		n := &g.Nodes[i]
		l, trains := layer{node: n}, false
		for _, id := range n.In {
			if id != nn.None && g.Values[id].Const != nil && g.Values[id].Const.DType == nn.Float32 {
				l.values = append(l.values, id)
				trains = trains || g.Values[id].Trainable
			}
		}
		if trains {
			all = append(all, l)
		}
	}
	return all
}

// TakeOver returns g with the parameters and running statistics of another
// network, of the same names and shapes. The last layer that has parameters,
// the head, is taken over where t says so; every other has to fit. Layers that
// are to stay as they are have no Trainable parameters in the result, and their
// normalisations go by the running statistics. The error is an *ErrTransfer or
// an *ErrConfig.
func (t *Transfer) TakeOver(g, from *nn.Graph) (*nn.Graph, *Taken, error) {
	layers := layersOf(g)
	if len(layers) == 0 {
		return nil, nil, &ErrTransfer{Why: "the network has no parameters", Cure: "there is nothing to train"}
	}
	frozen, err := t.frozen(layers)
	if err != nil {
		return nil, nil, err
	}
	theirs := map[string]*nn.Tensor{}
	for i := range from.Values {
		if c := from.Values[i].Const; c != nil {
			theirs[from.Values[i].Name] = c
		}
	}
	taken, values := &Taken{Taken: []string{}, New: []string{}, Frozen: []string{}}, map[string]*nn.Tensor{}
	for i, l := range layers {
		if i == len(layers)-1 && !(t.Keep && t.Way != TransferHead) {
			taken.New = append(taken.New, l.node.Name)
			continue
		}
		for _, id := range l.values {
			v := &g.Values[id]
			if err := fits(v, theirs[v.Name]); err != nil {
				return nil, nil, err
			}
			values[v.Name] = theirs[v.Name]
		}
		taken.Taken = append(taken.Taken, l.node.Name)
	}
	g = g.WithConstants(values)
	for _, l := range layers[:frozen] {
		taken.Frozen = append(taken.Frozen, l.node.Name)
		for _, id := range l.values {
			g.Values[id].Trainable = false // of the copy that WithConstants made
		}
	}
	return g, taken, nil
}

// frozen returns how many of the layers stay as they are.
func (t *Transfer) frozen(layers []layer) (int, error) {
	switch t.Way {
	case TransferHead:
		return len(layers) - 1, nil
	case TransferInit:
		return 0, nil
	case TransferEarly:
	default:
		return 0, &ErrConfig{"transfer", fmt.Sprintf("%q is none of %s", t.Way, strings.Join(Transfers(), ", "))}
	}
	if t.FreezeTo == "" {
		return len(layers) / 2, nil
	}
	for i, l := range slices.Backward(layers) {
		if l.node.Name != t.FreezeTo && !strings.HasPrefix(l.node.Name, t.FreezeTo+".") {
			continue
		}
		if i == len(layers)-1 {
			return 0, &ErrConfig{"freezing", fmt.Sprintf("to %q leaves nothing to train: it is the last layer", t.FreezeTo)}
		}
		return i + 1, nil
	}
	var names []string
	for _, l := range layers[:len(layers)-1] {
		names = append(names, l.node.Name)
	}
	return 0, &ErrConfig{"freezing", fmt.Sprintf("to %q, which is no layer of this network: they are %s", t.FreezeTo, strings.Join(names, ", "))}
}

// fits reports an *ErrTransfer where a value cannot become theirs.
func fits(v *nn.Value, theirs *nn.Tensor) error {
	const cure = "take a file that ocellus-host train made of this network, in the same size, channels and width"
	switch {
	case theirs == nil:
		return &ErrTransfer{v.Name, "is not in it", cure}
	case theirs.DType != v.Const.DType:
		return &ErrTransfer{v.Name, fmt.Sprintf("is of %v there, of %v here", theirs.DType, v.Const.DType), "take the file in float32, before it was quantised or halved"}
	case theirs.Shape != v.Const.Shape:
		return &ErrTransfer{v.Name, fmt.Sprintf("is %v there, %v here", theirs.Shape, v.Const.Shape), cure}
	}
	return nil
}

// Thawed returns g with the values of a trained network that a transfer froze
// in part, so that all of it can be trained again.
func Thawed(g, trained *nn.Graph) *nn.Graph {
	values := map[string]*nn.Tensor{}
	for i := range trained.Values {
		if c := trained.Values[i].Const; c != nil {
			values[trained.Values[i].Name] = c
		}
	}
	return g.WithConstants(values)
}
