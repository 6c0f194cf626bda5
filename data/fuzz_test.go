package data

import (
	"bytes"
	"errors"
	"testing"
)

// sound fails for an error that is no *ErrFile.
func sound(t *testing.T, err error) {
	t.Helper()
	var e *ErrFile
	if err != nil && !errors.As(err, &e) {
		t.Errorf("%T: %v", err, err)
	}
}

func soundObjects(t *testing.T, objects []Object) {
	t.Helper()
	for _, o := range objects {
		if !o.Box.Finite() || !(o.Area >= 0) || o.Box.Width() < 0 || o.Box.Height() < 0 {
			t.Errorf("object %+v", o)
		}
	}
}

func FuzzYOLO(f *testing.F) {
	f.Add([]byte("0 .5 .5 .1 .1\n1 0 0 0 0\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := parseYOLO("f", bytes.NewReader(b), 100, 50, 2)
		sound(t, err)
		soundObjects(t, o)
		_, err = parseClasses("f", bytes.NewReader(b))
		sound(t, err)
	})
}

func FuzzVOC(f *testing.F) {
	f.Add([]byte(vocXML))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := parseVOC("f", bytes.NewReader(b))
		sound(t, err)
		if err != nil {
			return
		}
		for _, o := range a.objects {
			soundObjects(t, []Object{{Box: o.box}})
		}
	})
}

func FuzzCOCO(f *testing.F) {
	f.Add([]byte(cocoJSON))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseCOCO("f", bytes.NewReader(b))
		sound(t, err)
		if err != nil {
			return
		}
		s, err := c.set("f", "images")
		sound(t, err)
		for p, err := range s.All() {
			sound(t, err)
			soundObjects(t, p.Objects)
		}
	})
}

func FuzzLFW(f *testing.F) {
	f.Add([]byte("2 1\nA 1 4\nA 2 C 3\nD 1 2\nE 1 F 1\n"))
	f.Add([]byte(marksHeader + "\nA.jpg,54,61,130,137,1,2,3,4,5,6,7,8,9,10\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parsePairs("f", bytes.NewReader(b))
		sound(t, err)
		if err == nil && len(p.Pairs)%p.Folds != 0 {
			t.Errorf("%d pairs in %d folds", len(p.Pairs), p.Folds)
		}
		sound(t, parseLandmarks("f", bytes.NewReader(b), map[string]FaceMarks{}))
	})
}

func FuzzTar(f *testing.F) {
	f.Add(archive(f, map[string][]byte{"A/A_0001.jpg": png(f, 3), "B/B_0001.jpg": nil}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := &Faces{at: map[string]span{}}
		sound(t, s.index("f", bytes.NewReader(b), 0))
		for name, at := range s.at {
			if at.offset < 0 || at.size < 0 {
				t.Errorf("%s at %+v", name, at)
			}
		}
	})
}
