package data

import (
	"bytes"
	"errors"
	"path/filepath"
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

func FuzzIDX(f *testing.F) {
	f.Add(idxBytes([]uint32{2, 1, 1}, []byte{1, 2}), idxBytes([]uint32{2}, []byte{1, 0}))
	f.Add(zipped(idxBytes([]uint32{1, 2, 2}, []byte{1, 2, 3, 4})), idxBytes([]uint32{1}, []byte{255}))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		dir := writeFiles(t, map[string][]byte{"i": images, "l": labels})
		s, err := ReadIDX(filepath.Join(dir, "i"), filepath.Join(dir, "l"), nil)
		sound(t, err)
		if err == nil {
			soundLabelled(t, s)
		}
	})
}

func FuzzCIFAR(f *testing.F) {
	good := square(f, 32, 7)
	f.Add(cifarTar(f, "train/3_cat/1.png", good, "train/5_dog/2.png", good[:50], "train/x", []byte{}), true)
	f.Add(make([]byte, 2*cifarRecord+5), false)
	f.Fuzz(func(t *testing.T, b []byte, archive bool) {
		c := &cifar{classes: cifarClasses}
		add := c.addRecords
		if archive {
			add = c.addArchive
		}
		err := add("f", bytes.NewReader(b))
		sound(t, err)
		for _, err := range c.list {
			sound(t, err)
		}
		if err != nil {
			return
		}
		s, err := c.set("f")
		sound(t, err)
		if err == nil {
			soundLabelled(t, s)
		}
	})
}

// soundLabelled fails for labels out of range and for pictures that are
// neither there nor an *ErrFile.
func soundLabelled(t *testing.T, s *Labelled) {
	t.Helper()
	for i := range min(s.Len(), 10) {
		if l := s.Label(i); l < 0 || l >= len(s.Classes) {
			t.Errorf("label %d of %d classes", l, len(s.Classes))
		}
		m, err := s.Image(i)
		if sound(t, err); err == nil && m == nil {
			t.Error("no picture and no error")
		}
	}
}

func FuzzOpenLandmarks(f *testing.F) {
	f.Add([]byte(marksHeader + "\nA.jpg,54,61,130,137,1,2,3,4,5,6,7,8,9,10\n"))
	f.Add([]byte("picture,x1,y1,x2,y2,x3,y3\na.png,1,2,3,4,5,6\n\"../a\",1,2,3,4,5,6\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := &landmarkReader{part: All, dir: t.TempDir(), packed: map[string]entry{"A.jpg": {}, "a.png": {}}, seen: map[string]bool{}}
		s := &Landmarks{}
		sound(t, r.read("f", bytes.NewReader(b), s))
		for _, m := range s.items {
			if len(m.points) != len(s.Names) || !m.box.Finite() {
				t.Errorf("%+v", m)
			}
		}
	})
}
