package train

import (
	"slices"

	"github.com/ocellus-vision/ocellus/nn"
)

// Recipe returns the settings that a network is trained with unless told
// otherwise: those of its paper where they are known to do well on one
// machine, batches and epochs being smaller than there. g is the network in the
// form that is trained, since some have batch normalisation in one form and
// none in another. Network, its form, Classes and Seed are left to the caller.
func Recipe(network string, g *nn.Graph) Config {
	c := Config{Epochs: 30, Batch: 64, Optimizer: "nesterov", Rate: 0.05, Momentum: 0.9, Decay: 5e-4,
		Schedule: "cosine", WarmUp: 1, Augment: "none", Validation: 0.1}
	switch network {
	case "lenet5":
		c.Epochs, c.Augment, c.Validation = 12, "digits", 0.05
	case "resnet20":
		c.Epochs, c.Batch, c.Rate, c.Augment, c.Validation = 60, 128, 0.1, "cifar", 0.05
	case "mobilenetv1", "mobilenetv2":
		c.Epochs, c.Batch, c.Rate, c.Augment, c.Validation = 60, 128, 0.1, "cifar", 0.05
	case "resnet18", "resnet50":
		c.Epochs, c.Rate, c.Augment = 40, 0.05, "cifar"
	case "alexnet", "vgg16": // fully connected layers, which have no normalisation, under dropout
		c.Epochs, c.Rate, c.Clip, c.WarmUp, c.Augment = 40, 0.02, 1, 2, "cifar"
	case "googlenet", "squeezenet1.1":
		c.Epochs, c.Augment = 40, "cifar"
	}
	switch network {
	case "alexnet", "googlenet", "squeezenet1.1", "vgg16":
		if !normalised(g) { // careful steps
			c.Rate, c.Clip, c.WarmUp = 0.01, 5, 2
		}
	}
	return c
}

// normalised reports whether a network has batch normalisation.
func normalised(g *nn.Graph) bool {
	return slices.ContainsFunc(g.Nodes, func(n nn.Node) bool {
		_, ok := n.Op.(*nn.BatchNormalization)
		return ok
	})
}
