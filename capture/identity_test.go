package capture

import (
	"slices"
	"testing"
)

// TestSuperviseFindsItAgain: a camera that is known by its number comes back
// under another, and what has taken its number is left alone.
func TestSuperviseFindsItAgain(t *testing.T) {
	cam := func(path, device, bus string, names ...string) Camera {
		return Camera{Path: path, Device: device, Bus: bus, Names: names}
	}
	const id, other = "/dev/v4l/by-id/usb-Maker_C920_1234-video-index0", "/dev/v4l/by-id/usb-Maker_C920_5678-video-index0"
	for name, c := range map[string]struct {
		spec          string
		before, after []Camera
		want          string // opened then; empty: nothing
	}{
		"moved":                    {"/dev/video0", []Camera{cam("/dev/video0", "C920", "1", id)}, []Camera{cam("/dev/video2", "C920", "3", id)}, "/dev/video2"},
		"by number":                {"camera:0", []Camera{cam("/dev/video0", "C920", "1", id)}, []Camera{cam("/dev/video2", "C920", "1", id)}, "/dev/video2"},
		"same model in its place":  {"/dev/video0", []Camera{cam("/dev/video0", "C920", "1", id)}, []Camera{cam("/dev/video0", "C920", "1", other)}, ""},
		"both there":               {"/dev/video0", []Camera{cam("/dev/video0", "C920", "1", id)}, []Camera{cam("/dev/video0", "C920", "1", other), cam("/dev/video4", "C920", "2", id)}, "/dev/video4"},
		"the first, any other":     {"camera", []Camera{cam("/dev/video0", "C920", "1", id)}, []Camera{cam("/dev/video1", "HD", "2")}, "camera"},
		"no lasting name, one":     {"/dev/video0", []Camera{cam("/dev/video0", "HD", "1")}, []Camera{cam("/dev/video3", "HD", "2")}, "/dev/video3"},
		"no lasting name, two":     {"/dev/video0", []Camera{cam("/dev/video0", "HD", "1")}, []Camera{cam("/dev/video3", "HD", "2"), cam("/dev/video4", "HD", "1")}, "/dev/video4"},
		"no lasting name, unknown": {"/dev/video0", []Camera{cam("/dev/video0", "HD", "1")}, []Camera{cam("/dev/video3", "HD", "2"), cam("/dev/video4", "HD", "3")}, ""},
		"gone":                     {"/dev/video0", []Camera{cam("/dev/video0", "HD", "1")}, nil, ""},
		"it says its name itself":  {"camera:C920", []Camera{cam("/dev/video0", "C920", "1", id)}, nil, "camera:C920"},
	} {
		t.Run(name, func(t *testing.T) {
			clock := &fakeClock{}
			s := &lies{clock: clock, script: []func(*liar, *Frame) error{lost(2), good}, path: "/dev/video0"}
			now := c.before
			v, err := Supervise(c.spec, Options{}, SuperviseOptions{clock: clock, Open: s.open, cameras: func() ([]Camera, error) { return now, nil }})
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			take(t, v, 2)
			now = c.after
			if c.want == "" {
				// It comes back in the end.
				clock.onPause = func() {
					if len(clock.pauses) == 4 {
						now = c.before
					}
				}
				take(t, v, 2)
				if want := []string{c.spec, "/dev/video0"}; !slices.Equal(s.specs, want) || len(clock.pauses) < 4 {
					t.Errorf("opened %v, want %v after 4 pauses, not %d", s.specs, want, len(clock.pauses))
				}
				return
			}
			take(t, v, 2)
			if want := []string{c.spec, c.want}; !slices.Equal(s.specs, want) {
				t.Errorf("opened %v, want %v", s.specs, want)
			}
			if v.Info().Name != c.spec {
				t.Errorf("it is called %s now", v.Info().Name)
			}
		})
	}
}
