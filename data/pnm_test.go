package data

import (
	"bytes"
	"testing"
)

func TestPNM(t *testing.T) {
	for text, want := range map[string][]byte{
		"P5 2 1 255\n\x07\xf0":                          {7, 7, 7, 240, 240, 240},
		"P5\n# made by hand\n1 2\n# most\n15\n\x0f\x01": {255, 255, 255, 17, 17, 17},
		"P6\n1 1\n255\n\x01\x02\x03":                    {1, 2, 3},
	} {
		m, err := decodePicture("f", bytes.NewReader([]byte(text)))
		if err != nil || !bytes.Equal(m.Pix, want) {
			t.Errorf("%q: %v, %v", text, m, err)
		}
	}
	for _, text := range []string{"P5 ", "P5 2 1 255", "P5 2 1 255\n\x07", "P5 0 1 255\n", "P5 2 -1 255\n\x07\x07", "P5 2 1 65535\n\x07\x07\x07\x07",
		"P6 99999 99999 255\n\x07", "P5 x 1 255\n\x07", "P4 1 1\n\x00", "P5 99999999999999999999 1 1 "} {
		_, err := decodePicture("f", bytes.NewReader([]byte(text)))
		if sound(t, err); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func FuzzPNM(f *testing.F) {
	f.Add([]byte("P5 2 1 255\n\x07\xf0"))
	f.Add([]byte("P6\n# x\n1 1\n255\n\x01\x02\x03"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decodePicture("f", bytes.NewReader(b))
		if sound(t, err); err == nil && len(m.Pix) != m.W*m.H*3 {
			t.Errorf("%d×%d of %d bytes", m.W, m.H, len(m.Pix))
		}
	})
}
