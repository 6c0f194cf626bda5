package onnx

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/ocellus-vision/ocellus/nn"
)

func smallGraph(t testing.TB) *nn.Graph {
	t.Helper()
	b := nn.NewBuilder("small")
	x := b.Input("x", nn.Float32, nn.Sym("batch"), nn.Dim{Size: -1}, nn.D(4))
	u := b.UnrankedInput("u", nn.Int8)
	k := b.Const("k", nn.T([]float32{1, -2}, 1, 2))
	w := b.Param("w", nn.T([]float32{-1}, 1))
	b.Output(b.Node("r", &nn.Relu{}, x), b.NodeN("i", &nn.Identity{}, []nn.ValueID{u}, []string{"copy of u"})[0],
		b.Node("s", &nn.Relu{}, k), b.Node("v", &nn.Relu{}, w), k)
	b.Meta("b", "2")
	b.Meta("a", "1")
	b.Doc("A graph with one of everything.")
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// checkSame compares two graphs by names, since values may be numbered
// otherwise.
func checkSame(t testing.TB, got, want *nn.Graph) {
	t.Helper()
	if got.Name != want.Name || got.Doc != want.Doc || !reflect.DeepEqual(got.Meta, want.Meta) {
		t.Errorf("head is %q %q %v, want %q %q %v", got.Name, got.Doc, got.Meta, want.Name, want.Doc, want.Meta)
	}
	values := map[string]*nn.Value{}
	for i := range got.Values {
		values[got.Values[i].Name] = &got.Values[i]
	}
	for i := range want.Values {
		w := &want.Values[i]
		v := values[w.Name]
		if v == nil || v.Trainable != w.Trainable || (v.Const == nil) != (w.Const == nil) || v.Const != nil && !same(v.Const, w.Const) {
			t.Errorf("value %q is %+v, want %+v", w.Name, v, w)
		}
	}
	ids := func(g *nn.Graph, ids []nn.ValueID) (s []string) {
		for _, id := range ids {
			s = append(s, g.ValueName(id))
		}
		return s
	}
	if len(got.Nodes) != len(want.Nodes) || len(got.Inputs) != len(want.Inputs) {
		t.Fatalf("%d nodes and %d inputs, want %d and %d", len(got.Nodes), len(got.Inputs), len(want.Nodes), len(want.Inputs))
	}
	for i := range want.Nodes {
		a, b := &got.Nodes[i], &want.Nodes[i]
		if a.Name != b.Name || nn.Name(a.Op) != nn.Name(b.Op) || !reflect.DeepEqual(nn.Attrs(a.Op), nn.Attrs(b.Op)) ||
			!reflect.DeepEqual(ids(got, a.In), ids(want, b.In)) || !reflect.DeepEqual(ids(got, a.Out), ids(want, b.Out)) {
			t.Errorf("node %d is %+v, want %+v", i, a, b)
		}
	}
	for i := range want.Inputs {
		a, b := got.Inputs[i], want.Inputs[i]
		if got.ValueName(a.Value) != want.ValueName(b.Value) || a.DType != b.DType || a.Ranked != b.Ranked || !reflect.DeepEqual(a.Dims, b.Dims) {
			t.Errorf("input %d is %+v, want %+v", i, a, b)
		}
	}
	if a, b := ids(got, got.Outputs), ids(want, want.Outputs); !reflect.DeepEqual(a, b) {
		t.Errorf("outputs are %v, want %v", a, b)
	}
}

func TestRoundTrip(t *testing.T) {
	want := smallGraph(t)
	data, err := Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode("small.onnx", data)
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, got, want)
	if again, _ := Encode(got); !bytes.Equal(again, data) {
		t.Error("the bytes of a second writing differ")
	}
}

// graphOf returns a graph of one node of that row, of as few operands as it
// takes: a float first, and constants that may be axes or shapes after it.
func graphOf(t testing.TB, r *nn.Row) *nn.Graph {
	t.Helper()
	b := nn.NewBuilder(r.Name)
	var in []nn.ValueID
	for j := range min(max(r.MinIn, 1), r.MaxIn) {
		name := string(rune('a' + j))
		if j == 0 {
			in = append(in, b.Input(name, nn.Float32, nn.D(1), nn.D(2)))
		} else {
			in = append(in, b.Const(name, nn.T([]int64{1, 1}, 2)))
		}
	}
	var outs []string
	for j := range max(r.MinOut, 1) {
		outs = append(outs, string(rune('r'+j)))
	}
	b.Output(b.NodeN("n", r.New(), in, outs)...)
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestEveryOpRoundTrips writes and reads each row of the op table.
func TestEveryOpRoundTrips(t *testing.T) {
	for i := range nn.Rows {
		want := graphOf(t, &nn.Rows[i])
		data, err := Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(want.Name, data)
		if err != nil {
			t.Errorf("%s: %v", want.Name, err)
			continue
		}
		checkSame(t, got, want)
	}
}

func TestVersions(t *testing.T) {
	for _, c := range []struct {
		op    nn.Op
		in    int
		opset int
		ir    int64
	}{
		{&nn.Relu{}, 1, 21, 10}, {&nn.Swish{}, 1, 24, 12}, {&nn.RMSNormalization{}, 2, 23, 11},
		{&nn.DequantizeLinear{}, 2, 21, 10}, {&nn.DequantizeLinear{OutputDType: 10}, 2, 23, 11},
	} {
		b := nn.NewBuilder("g")
		x := b.Input("x", nn.Float32, nn.D(1))
		b.Output(b.Node("y", c.op, []nn.ValueID{x, x}[:c.in]...))
		g, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		if opset, ir := versions(g); opset != c.opset || ir != c.ir {
			t.Errorf("%s: operator set %d and IR %d, want %d and %d", nn.Name(c.op), opset, ir, c.opset, c.ir)
		}
	}
}

func TestOutputTypes(t *testing.T) {
	data, err := Encode(smallGraph(t))
	if err != nil {
		t.Fatal(err)
	}
	m, err := readModel(newCursor("small.onnx", data))
	if err != nil {
		t.Fatal(err)
	}
	outs := m.graph.outputs
	if outs[0].elem != typeFloat || outs[0].ranked {
		t.Errorf("output r is declared %+v, want float of open shape", outs[0])
	}
	if outs[1].typed {
		t.Errorf("output of an unranked input is declared %+v, want nothing", outs[1])
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "small.onnx")
	for range 2 { // the second time over the first
		if err := WriteFile(path, smallGraph(t)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	checkSame(t, got, smallGraph(t))
	if files, _ := os.ReadDir(dir); len(files) != 1 {
		t.Errorf("the folder holds %v", files)
	}
	if err := WriteFile(filepath.Join(dir, "no", "such", "folder.onnx"), got); err == nil {
		t.Error("writing into a folder that is not there succeeded")
	}
}
