package vision

import "testing"

func TestThumbnail(t *testing.T) {
	m := &Image{W: 300, H: 200, Pix: make([]uint8, 300*200*3)}
	for x := range m.W {
		for y := range m.H {
			v := uint8(0)
			if x >= 150 {
				v = 200
			}
			m.Set(x, y, v, v/2, 255-v)
		}
	}
	s := m.Thumbnail(60)
	if s.W != 60 || s.H != 40 || len(s.Pix) != 60*40*3 {
		t.Fatalf("%d×%d with %d bytes", s.W, s.H, len(s.Pix))
	}
	for x, want := range map[int][3]uint8{5: {0, 0, 255}, 55: {200, 100, 55}} {
		r, g, b := s.At(x, 20)
		if [3]uint8{r, g, b} != want {
			t.Errorf("column %d is %v, want %v", x, [3]uint8{r, g, b}, want)
		}
	}
	if m.Thumbnail(300) != m || m.Thumbnail(0) != m {
		t.Error("a picture that is small enough is copied")
	}
	if s := (&Image{W: 1000, H: 1, Pix: make([]uint8, 3000)}).Thumbnail(10); s.W != 10 || s.H != 1 {
		t.Errorf("a line becomes %d×%d", s.W, s.H)
	}
}
