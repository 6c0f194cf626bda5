package ocellus_test

import (
	"context"
	"fmt"
	"log"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision"
)

// The model of these examples finds bright spots in the dark. A face detector
// is used in the same way: get one by ocellus-host models fetch.
func ExampleSession_Detect() {
	s, err := ocellus.Open("testdata/spots.onnx")
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	picture := vision.NewImage(64, 64) // or vision.Load("photo.jpg")
	for y := 20; y < 25; y++ {
		for x := 40; x < 45; x++ {
			picture.Set(x, y, 255, 255, 255)
		}
	}
	found, _, err := s.Detect(context.Background(), picture)
	if err != nil {
		log.Fatal(err)
	}
	for _, d := range found {
		fmt.Printf("%s, %.2f, centred on %.0f\n", d.Label, d.Score, d.Box.Centre())
	}
	// Output: spot, 1.00, centred on {42 22}
}

func ExampleSession_Run() {
	s, err := ocellus.Open("testdata/spots.onnx")
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()

	image := nn.NewTensor(nn.Float32, nn.S(1, 64, 64, 3))
	out, err := s.Run(context.Background(), map[string]*nn.Tensor{"image": image})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out["scores"].Shape, out["boxes"].Shape)
	// Output: [1 128 1] [1 128 16]
}

func ExampleNew() {
	// A model need not come from a file.
	b := nn.NewBuilder("half")
	x := b.Input("x", nn.Float32, nn.Sym("n"))
	b.Output(b.Node("y", &nn.Div{}, x, b.Const("two", nn.Scalar[float32](2))))
	g, err := b.Build()
	if err != nil {
		log.Fatal(err)
	}
	s, err := ocellus.New(g, ocellus.WithThreads(1))
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	out, err := s.Run(context.Background(), map[string]*nn.Tensor{"x": nn.T([]float32{1, 2, 3}, 3)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out["y"].F32())
	// Output: [0.5 1 1.5]
}
