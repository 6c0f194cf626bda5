package out

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"time"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
	"github.com/ocellus-vision/ocellus/pipeline"
)

// snapshotName returns the name of a track's file: when it was first
// pictured, of which source, which track, and what it is.
func snapshotName(v *pipeline.View, t *pipeline.Track) string {
	return v.Captured.UTC().Format(stampForm) + "-" + safeName(v.Source) + "-" + strconv.FormatInt(t.ID, 10) + "-" + safeName(t.Detection.Label) + ".jpg"
}

// work encodes and writes until everything is written after Close.
func (s *Snapshots) work() {
	defer close(s.done)
	tick := time.NewTicker(period)
	defer tick.Stop()
	for {
		for s.encodeOne() {
		}
		for s.writeOne(time.Now()) {
		}
		s.mu.Lock()
		over := s.closed && len(s.taken) == 0 && len(s.tracks) == 0
		s.mu.Unlock()
		if over {
			return
		}
		select {
		case <-s.wake:
		case <-tick.C:
		}
	}
}

// encodeOne encodes the oldest shot, false: there is none.
func (s *Snapshots) encodeOne() bool {
	s.mu.Lock()
	if len(s.taken) == 0 {
		s.mu.Unlock()
		return false
	}
	shot := s.taken[0]
	s.taken = append(s.taken[:0], s.taken[1:]...)
	s.mu.Unlock()

	var file bytes.Buffer
	err := shot.image.Thumbnail(s.o.Side).EncodeJPEG(&file, jpegQuality)

	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.tracks[shot.key]
	b.waiting--
	if err != nil {
		s.stats.Failed++
	} else {
		decided := b.event.Identity
		shot.event.CopyTo(&b.event)
		if b.event.Identity.Name == "" {
			b.event.Identity = decided
		}
		b.jpeg = file.Bytes()
	}
	s.free = append(s.free, shot)
	return true
}

// writeOne writes a picture whose time has come, and forgets tracks that have
// left; false: there is nothing to be done.
func (s *Snapshots) writeOne(now time.Time) bool {
	s.mu.Lock()
	for key, b := range s.tracks {
		last := b.left || s.closed
		if b.waiting > 0 || !last && (b.jpeg == nil || now.Before(b.due)) {
			continue
		}
		if last {
			delete(s.tracks, key)
		}
		picture := b.jpeg
		b.jpeg, b.due = nil, now.Add(s.o.After)
		if picture == nil {
			s.mu.Unlock()
			return true
		}
		text := b.event.AppendJSON(nil)
		s.mu.Unlock()
		s.write(b.name, withComment(picture, text))
		return true
	}
	s.mu.Unlock()
	return false
}

// write writes a file in the folder.
func (s *Snapshots) write(name string, file []byte) {
	err := s.folder.room(int64(len(file)), name)
	if err == nil {
		err = atomicfile.Write(s.folder.path(name), func(w io.Writer) error {
			_, err := w.Write(file)
			return err
		})
	}
	if err == nil {
		s.folder.add(name, int64(len(file)))
	}
	_ = s.State.set(err) // what is told of; here it is counted
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.stats.Failed++
	} else {
		s.stats.Written++
	}
}

// withComment puts a comment segment (ITU-T T.81, B.2.4.5) at the beginning
// of a JPEG. Text that is too long for a segment is left out.
func withComment(jpeg, text []byte) []byte {
	const start = 2 // FF D8
	if len(text)+2 > 0xffff {
		return jpeg
	}
	file := make([]byte, 0, len(jpeg)+len(text)+4)
	file = append(file, jpeg[:start]...)
	file = append(file, 0xff, 0xfe)
	file = binary.BigEndian.AppendUint16(file, uint16(len(text)+2))
	file = append(file, text...)
	return append(file, jpeg[start:]...)
}
