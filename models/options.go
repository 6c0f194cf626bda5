package models

import (
	"fmt"

	"github.com/ocellus-vision/ocellus/nn"
)

// Options says which form of a network a definition makes.
type Options struct {
	Size     int    // side of the square input in pixels; 0: the definition's own
	Channels int    // of the input; 0: the definition's own
	Classes  int    // 0: the definition's own
	Seed     uint64 // of the weights
	Fresh    bool   // weights as training begins, by He et al. (2015), in place of those of a network that seems trained

	// Of the networks that have such forms:
	Width   float64 // channels of inner layers, as a share of the definition's own, up to 4; 0: all
	Grouped bool    // AlexNet: convolutions in two groups
}

// or returns o with what it leaves open set to a definition's own.
func (o Options) or(size, channels, classes int) Options {
	for _, f := range []struct {
		value *int
		own   int
	}{{&o.Size, size}, {&o.Channels, channels}, {&o.Classes, classes}} {
		if *f.value == 0 {
			*f.value = f.own
		}
	}
	if o.Width == 0 {
		o.Width = 1
	}
	return o
}

// small reports whether pictures are of the size of those of CIFAR-10. There a
// network that is meant for ImageNet keeps their resolution at its beginning,
// where it would else have nothing left at its end.
func (o Options) small() bool { return o.Size <= 64 }

// ErrOption says that a network has no form of these options.
type ErrOption struct {
	Network string
	Why     string
}

func (e *ErrOption) Error() string { return fmt.Sprintf("network %s: %s", e.Network, e.Why) }

// The limits of what is asked for.
const (
	maxSize    = 4096
	maxClasses = 1 << 16
	maxWidth   = 4
)

func tooSmall(network string, size, least int) error {
	return &ErrOption{network, fmt.Sprintf("size %d, want %d at least", size, least)}
}

// check returns an *ErrOption for sides that are not multiples of stride or
// out of reason, and for forms that this network does not have.
func (o Options) check(network string, stride int) error {
	switch {
	case o.Width != 1:
		return &ErrOption{network, "it comes in one width, unlike vgg16, alexnet, googlenet and tiny-yolo"}
	case o.Grouped:
		return &ErrOption{network, "it has no grouped form, unlike alexnet"}
	}
	return o.checkForm(network, stride)
}

// checkForm is check of a network that has forms.
func (o Options) checkForm(network string, stride int) error {
	switch {
	case !(o.Width > 0 && o.Width <= maxWidth): // NaN as well
		return &ErrOption{network, fmt.Sprintf("width %g, want a number above 0 and up to %d", o.Width, maxWidth)}
	case o.Grouped && network != "alexnet":
		return &ErrOption{network, "it has no grouped form, unlike alexnet"}
	case o.Size < stride || o.Size%stride != 0 || o.Size > maxSize:
		return &ErrOption{network, fmt.Sprintf("size %d, want a multiple of %d up to %d", o.Size, stride, maxSize)}
	case o.Channels < 1 || o.Channels > 1024:
		return &ErrOption{network, fmt.Sprintf("%d channels, want 1 to 1024", o.Channels)}
	case o.Classes < 1 || o.Classes > maxClasses:
		return &ErrOption{network, fmt.Sprintf("%d classes, want 1 to %d", o.Classes, maxClasses)}
	}
	return nil
}

// Pixels says what an input is made of: (pixel - Mean) * Scale, channel by
// channel, of pixels 0..255 in red, green, blue.
type Pixels struct{ Mean, Scale [3]float32 }

// imageNet is the normalisation by mean and deviation over ImageNet.
var imageNet = Pixels{[3]float32{123.675, 116.28, 103.53}, [3]float32{1 / 58.395, 1 / 57.12, 1 / 57.375}}

// cifar is the normalisation by mean and deviation over CIFAR-10's training
// pictures.
var cifar = Pixels{[3]float32{125.31, 122.95, 113.87}, [3]float32{1 / 62.99, 1 / 62.09, 1 / 66.70}}

// unit has pixels from 0 to 1.
var unit = Pixels{Scale: [3]float32{1. / 255, 1. / 255, 1. / 255}}

// signed has pixels from -1 to 1.
var signed = Pixels{[3]float32{127.5, 127.5, 127.5}, [3]float32{1 / 127.5, 1 / 127.5, 1 / 127.5}}

// Definition is a network that can be made with drawn weights.
type Definition struct {
	Name     string
	Task     string // what it is for: classify, detect or embed
	Summary  string
	Size     int // side of its own input in pixels
	Channels int
	Pixels   Pixels
	Make     func(Options) (*nn.Graph, error)
}

// Definitions lists the networks whose weights can be drawn, small ones first.
func Definitions() []Definition {
	return []Definition{
		{"lenet5", "classify", "LeNet-5: digits", 28, 1, unit, LeNet5},
		{"resnet20", "classify", "ResNet-20: small pictures", 32, 3, cifar, ResNet20},
		{"plain20", "classify", "ResNet-20 without its shortcuts", 32, 3, cifar, Plain20},
		{"mobilenetv1", "classify", "MobileNetV1 1.0", 224, 3, imageNet, MobileNetV1},
		{"mobilenetv2", "classify", "MobileNetV2 1.0", 224, 3, imageNet, MobileNetV2},
		{"squeezenet1.1", "classify", "SqueezeNet 1.1", 227, 3, imageNet, SqueezeNet11},
		{"resnet18", "classify", "ResNet-18", 224, 3, imageNet, ResNet18},
		{"plain18", "classify", "ResNet-18 without its shortcuts", 224, 3, imageNet, Plain18},
		{"resnet50", "classify", "ResNet-50", 224, 3, imageNet, ResNet50},
		{"googlenet", "classify", "GoogLeNet, with local response normalisation", 224, 3, imageNet, GoogLeNet},
		{"alexnet", "classify", "AlexNet, with local response normalisation", 227, 3, imageNet, AlexNet},
		{"vgg16", "classify", "VGG-16", 224, 3, imageNet, VGG16},
		{"mobilefacenet", "embed", "MobileFaceNet: faces", 112, 3, signed, MobileFaceNet},
		{"tiny-yolo", "detect", "Tiny YOLOv2, slimmer still", 160, 3, unit, TinyYOLO},
		{"yolo-fastestv2", "detect", "Yolo-FastestV2", 352, 3, unit, YoloFastestV2},
		{"fastestdet", "detect", "FastestDet", 352, 3, unit, FastestDet},
		{"yolov4-tiny", "detect", "YOLOv4-tiny", 416, 3, unit, YOLOv4Tiny},
		{"yolov8n", "detect", "YOLOv8n", 640, 3, unit, YOLOv8n},
	}
}
