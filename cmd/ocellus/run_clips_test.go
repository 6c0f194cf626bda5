package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/pipeline"
)

// clips are frames of two videos, 8 a second: a singer, a pianist and their
// audience, and a crowd seen from afar.
const clips = "../../../shared/data/video"

// knownSinger is a folder in which the singer is known from one frame, that in
// which he is first seen close up, or skips the test.
func knownSinger(t *testing.T) string {
	t.Helper()
	frame, err := os.ReadFile(filepath.Join(clips, "frames_short_hamilton_clip", "0032.jpg"))
	if err != nil {
		t.Skipf("without the clips: %v", err)
	}
	for _, name := range []string{"blazeface-back", "face-landmark-68", "face-128"} {
		if _, err := (&cli.ModelsFlag{}).Resolve(name); err != nil {
			t.Skip(err)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "singer.jpg"), frame, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// lookAtClip runs over a clip, and returns the last events of its tracks.
func lookAtClip(t *testing.T, people, clip string, more ...string) []pipeline.Event {
	t.Helper()
	out, errs, code := run(t, append([]string{"run", "--source", filepath.Join(clips, clip), "--known", people, "--as-fast-as-possible"}, more...)...)
	if code != cli.OK {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	t.Log(errs)
	return ofType(lines[pipeline.Event](t, out), pipeline.Leave)
}

// To see it, with clips being ../shared/data/video:
//
//	mkdir people && cp $clips/frames_short_hamilton_clip/0032.jpg people/singer.jpg
//	ocellus run --source $clips/short_hamilton_clip.mp4 --known people --as-fast-as-possible --record seen.avi
//
// With faces.every and faces.again at 0s in a configuration, a face is looked
// at in every frame: what that costs is in the figures at the end.

// TestSingerIsNamed: he is in shot from frame 0 to 11, far away, and from 31
// to 63, close up; before and after that it is others.
func TestSingerIsNamed(t *testing.T) {
	people := knownSinger(t)
	for name, more := range map[string][]string{
		"faces":  nil,
		"people": {"--model", filepath.Join(clips, "../models/yolo-fastestv2/yolo-fastestv2_352.onnx"), "--class", "person", "--face-detector", "blazeface-back"},
	} {
		t.Run(name, func(t *testing.T) { singerIsNamed(t, lookAtClip(t, people, "frames_short_hamilton_clip", more...)) })
	}
}

func singerIsNamed(t *testing.T, tracks []pipeline.Event) {
	named := 0
	for _, e := range tracks {
		from := float64(e.Sequence) - e.DurationMS/100 // a folder is played at 10 a second
		x := e.Detection.Box.Centre().X
		singer := e.Sequence <= 12 && x > 320 || from > 28 && e.Sequence <= 63
		if singer != (e.Identity.Name == "singer") {
			t.Errorf("track %d, frames %.0f to %d at %.0f: %+v", e.Track, from, e.Sequence, x, e.Identity)
		}
		if singer {
			named++
		}
	}
	if named < 2 {
		t.Errorf("%d tracks are the singer's, want 2", named)
	}
}

// TestCrowdIsNotNamed: its faces are some ten pixels large, and none of them
// is the singer's, even when they are looked at all the same.
func TestCrowdIsNotNamed(t *testing.T) {
	people := knownSinger(t)
	for _, more := range [][]string{nil, {"--tiles", "2x2", "--face-min", "0", "--score", "0.3"}} {
		for _, e := range lookAtClip(t, people, "frames_MOT20-05-raw_even_shorter", more...) {
			if e.Identity.Name != "" && e.Identity.Name != pipeline.Unknown {
				t.Errorf("track %d: %+v", e.Track, e.Identity)
			}
		}
	}
}
