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
)

// check returns an *ErrOption for sides that are not multiples of stride or
// out of reason.
func (o Options) check(network string, stride int) error {
	switch {
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
		{"mobilenetv1", "classify", "MobileNetV1 1.0", 224, 3, imageNet, MobileNetV1},
		{"mobilenetv2", "classify", "MobileNetV2 1.0", 224, 3, imageNet, MobileNetV2},
		{"squeezenet1.1", "classify", "SqueezeNet 1.1", 227, 3, imageNet, SqueezeNet11},
		{"resnet18", "classify", "ResNet-18", 224, 3, imageNet, ResNet18},
		{"resnet50", "classify", "ResNet-50", 224, 3, imageNet, ResNet50},
		{"googlenet", "classify", "GoogLeNet, with local response normalisation", 224, 3, imageNet, GoogLeNet},
		{"vgg16", "classify", "VGG-16", 224, 3, imageNet, VGG16},
		{"mobilefacenet", "embed", "MobileFaceNet: faces", 112, 3, signed, MobileFaceNet},
		{"yolo-fastestv2", "detect", "Yolo-FastestV2", 352, 3, unit, YoloFastestV2},
		{"fastestdet", "detect", "FastestDet", 352, 3, unit, FastestDet},
		{"yolov4-tiny", "detect", "YOLOv4-tiny", 416, 3, unit, YOLOv4Tiny},
		{"yolov8n", "detect", "YOLOv8n", 640, 3, unit, YOLOv8n},
	}
}
