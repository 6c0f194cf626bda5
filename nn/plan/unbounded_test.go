package plan

import (
	"errors"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

// What non-maximum suppression leaves may be an output of a graph. That it
// cannot be gathered by is said with both nodes, and with what to do.
func TestExtentsThatDependOnData(t *testing.T) {
	for _, gathered := range []bool{false, true} {
		n := newNet("picked")
		boxes := n.Input("boxes", nn.Float32, nn.D(1), nn.D(6), nn.D(4))
		scores := n.Input("scores", nn.Float32, nn.D(1), nn.D(1), nn.D(6))
		most := n.Const("most", nn.T([]int64{3}, 1))
		out := n.Node("nms", &nn.NonMaxSuppression{}, boxes, scores, most)
		if gathered {
			out = n.Node("columns", &nn.Gather{Axis: 1}, out, n.Const("two", nn.T([]int64{2}, 1)))
		}
		p, err := Compile(n.build(t, out), Bindings{})
		if !gathered {
			if err != nil || !p.Outputs()[0].Bound {
				t.Errorf("as an output: %v", err)
			}
			continue
		}
		var e *nn.ErrUnsupported
		if !errors.As(err, &e) || e.Node != "columns" || e.Op != "Gather" || e.Cure == "" || !strings.Contains(e.Error(), `of node "nms" (NonMaxSuppression)`) {
			t.Errorf("gathered: %v", err)
		}
	}
}
