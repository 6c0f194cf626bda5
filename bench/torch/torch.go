// Package torch trains networks in PyTorch, in a process of its own: the peer
// that Ocellus is held against in training.
package torch

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ocellus-vision/ocellus/nn"
)

// Worker is the program of the process.
//
//go:embed worker.py
var Worker string

// Net is what both engines train: a graph on one batch.
type Net struct {
	Graph    *nn.Graph
	Input    *nn.Tensor // [batch 3 side side]
	Classes  int        // example i is of class i modulo this
	Loss     string     // CrossEntropy or Squares
	Rate     float64
	Momentum float64
}

// The losses: of the softmax, and half of the mean square of all outputs.
const (
	CrossEntropy = "cross-entropy"
	Squares      = "squares"
)

type told struct {
	Batch    int      `json:"batch"`
	Classes  int      `json:"classes"`
	Loss     string   `json:"loss"`
	Rate     float64  `json:"rate"`
	Momentum float64  `json:"momentum"`
	Output   string   `json:"output"`
	Tensors  []tensor `json:"tensors"`
	Nodes    []node   `json:"nodes"`
}

type tensor struct {
	Name      string `json:"name"`
	Dims      []int  `json:"dims"`
	Trainable bool   `json:"trainable"`
}

type node struct {
	Op       string   `json:"op"`
	In       []string `json:"in"`
	Out      string   `json:"out"`
	Strides  []int    `json:"strides,omitempty"`
	Pads     []int    `json:"pads,omitempty"` // of both sides alike
	Kernel   []int    `json:"kernel,omitempty"`
	Group    int      `json:"group,omitempty"`
	Channels int      `json:"channels,omitempty"`
	Momentum float32  `json:"momentum,omitempty"`
	Epsilon  float32  `json:"epsilon,omitempty"`
	Alpha    float32  `json:"alpha,omitempty"`
}

// Write tells a folder what the worker is to train.
func Write(dir string, n *Net) error {
	g := n.Graph
	t := told{Batch: n.Input.Shape.Dims[0], Classes: n.Classes, Loss: n.Loss, Rate: n.Rate, Momentum: n.Momentum, Output: g.ValueName(g.Outputs[0])}
	var data []byte
	keep := func(name string, v *nn.Tensor, trainable bool) {
		t.Tensors = append(t.Tensors, tensor{name, v.Shape.Slice(), trainable})
		data = append(data, v.Bytes()...)
	}
	for id := range g.Values {
		if v := &g.Values[id]; v.Const != nil && v.Const.DType == nn.Float32 {
			keep(v.Name, v.Const, v.Trainable)
		}
	}
	keep(g.ValueName(g.Inputs[0].Value), n.Input, false)
	for i := range g.Nodes {
		one, err := describe(g, &g.Nodes[i])
		if err != nil {
			return fmt.Errorf("node %q: %w", g.Nodes[i].Name, err)
		}
		t.Nodes = append(t.Nodes, one)
	}
	net, err := json.Marshal(t)
	return errors.Join(err,
		os.WriteFile(filepath.Join(dir, "net.json"), net, 0o666),
		os.WriteFile(filepath.Join(dir, "data.bin"), data, 0o666))
}

func describe(g *nn.Graph, n *nn.Node) (node, error) {
	d := node{Op: nn.Name(n.Op), Out: g.ValueName(n.Out[0])}
	for _, id := range n.In {
		d.In = append(d.In, g.ValueName(id))
	}
	switch op := n.Op.(type) {
	case *nn.Conv:
		d.Strides, d.Pads, d.Group = op.Strides, op.Pads[:2], op.Group
		if w := g.Values[n.In[1]]; !w.Trainable {
			// A constant in a network that trains: PyTorch has another way for it.
			d.Op, d.Channels = "Subsample", w.Const.Shape.Dims[0]
		}
	case *nn.MaxPool:
		d.Kernel, d.Strides, d.Pads = op.KernelShape, op.Strides, op.Pads[:2]
	case *nn.BatchNormalization:
		d.Momentum, d.Epsilon = op.Momentum, op.Epsilon
	case *nn.LeakyRelu:
		d.Alpha = op.Alpha
	case *nn.Relu, *nn.Flatten, *nn.Gemm, *nn.Add, *nn.GlobalAveragePool:
	default:
		return d, fmt.Errorf("the worker does not know %s", d.Op)
	}
	return d, nil
}
