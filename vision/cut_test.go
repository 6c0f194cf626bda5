package vision

import "testing"

func TestCut(t *testing.T) {
	img := plane(60, 60)
	got, err := img.Cut(Box{10, 20, 30, 40}, 20, 20)
	if err != nil {
		t.Fatal(err)
	}
	for y := range 20 {
		for x := range 20 {
			r, g, b := got.At(x, y)
			if R, G, B := img.At(x+10, y+20); r != R || g != G || b != B {
				t.Fatalf("(%d, %d) is %d %d %d, want %d %d %d", x, y, r, g, b, R, G, B)
			}
		}
	}
	if _, err := img.Cut(Box{}, 20, 20); err == nil {
		t.Error("an empty box was cut out")
	}
}
