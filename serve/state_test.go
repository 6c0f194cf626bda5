package serve

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/pipeline"
	"github.com/ocellus-vision/ocellus/pipeline/identify"
)

func TestState(t *testing.T) {
	v := start(t, Options{Version: "1.2.3", Models: []Model{{pipeline.Model{Name: "squares", SHA256: "0f"}, "int8"}},
		Outputs: func() []Output { return []Output{{Name: "a file", Written: 3, Failed: 1, Problem: "full"}} }})
	v.frames(12)
	until(t, "all frames are seen", func() bool { s := v.loop.Stats(); return s.Processed >= 11 })
	resp, body := v.get(t, "/api/state")
	var st state
	if err := json.Unmarshal([]byte(body), &st); err != nil || resp.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%v: %s", err, body)
	}
	if len(st.Sources) != 1 || !st.Healthy || st.Version != "1.2.3" || st.Models[0].Precision != "int8" || st.Outputs[0].Problem != "full" {
		t.Fatalf("%s", body)
	}
	src := st.Sources[0]
	if src.Name != "door" || src.Width != 320 || src.Processed < 11 || len(src.Tracks) != 1 || src.Tracks[0].Label != "square" || src.Tracks[0].Box.X1 < 70 || !src.Live || len(src.Stages) < 4 {
		t.Errorf("%+v", src)
	}
	_, list := v.get(t, "/api/events")
	var events []pipeline.Event
	if err := json.Unmarshal([]byte(list), &events); err != nil || len(events) == 0 || events[len(events)-1].Type != pipeline.Enter {
		t.Errorf("%v: %s", err, list)
	}
}

// sse reads a message of a stream of events.
func sse(t testing.TB, r *bufio.Reader) (kind, id, data string) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "event":
			kind = value
		case "id":
			id = value
		case "data":
			data = value
		case "":
			return kind, id, data
		}
	}
}

// Events come as they happen, after those of before, and a reader that comes
// back is told what it missed.
func TestEventsStream(t *testing.T) {
	v := start(t, Options{})
	send := func(n int) {
		for range n {
			_ = v.src.Event(t.Context(), &pipeline.Event{Type: pipeline.Enter, Source: "door"})
		}
	}
	send(2)
	r := bufio.NewReader(v.open(t, "/events").Body)
	if kind, _, data := sse(t, r); kind != "state" || !json.Valid([]byte(data)) {
		t.Fatalf("%s %s", kind, data)
	}
	event := func(r *bufio.Reader) (kind, id, data string) {
		for kind = "state"; kind == "state"; {
			kind, id, data = sse(t, r)
		}
		return kind, id, data
	}
	for _, want := range []string{"1", "2"} {
		if kind, id, data := event(r); kind != "event" || id != want || !strings.Contains(data, `"type":"enter"`) {
			t.Errorf("%s %s %s, want number %s", kind, id, data, want)
		}
	}
	send(1)
	if _, id, _ := event(r); id != "3" {
		t.Errorf("number %s, want 3", id)
	}
	send(mostEvents + 5)
	list, _ := v.events.after(3)
	if len(list) != mostEvents || list[0].id != 9 {
		t.Errorf("%d events from %d", len(list), list[0].id)
	}
	if from := v.events.from("261"); from != 261 {
		t.Errorf("from %d", from)
	}
	if from := v.events.from("9999"); from != v.events.count-firstEvents {
		t.Errorf("a number of another run: from %d", from)
	}
	back, _ := http.NewRequest(http.MethodGet, v.url("/events"), nil)
	back.Header.Set("Last-Event-ID", "3")
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(back)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if kind, _, data := event(bufio.NewReader(resp.Body)); kind != "missed" || data != "5" {
		t.Errorf("%s %s, want 5 missed", kind, data)
	}
}

func TestMetrics(t *testing.T) {
	dir := t.TempDir()
	v := start(t, Options{Models: []Model{{pipeline.Model{Name: "squares", SHA256: "0f"}, "int8"}}, Disks: []string{dir},
		Outputs: func() []Output { return []Output{{Name: "a file", Written: 3, Dropped: 2, Failed: 1}} }})
	v.frames(12)
	until(t, "all frames are seen", func() bool { s := v.loop.Stats(); return s.Processed >= 11 })
	_, body := v.get(t, "/metrics")
	has(t, body, `ocellus_capture_fps{source="door"}`, `ocellus_capture_frame_age_seconds_bucket{source="door",le="0.05"}`,
		`ocellus_frames_dropped_total{reason="replaced",source="door"} 0`, `ocellus_frames_dropped_total{reason="late",source="door"} 0`,
		`ocellus_reconnects_total{source="door"} 0`, `ocellus_infer_seconds_count{model="squares",precision="int8",source="door"} 1`,
		`ocellus_stage_seconds_count{source="door",stage="track"} 1`, `ocellus_deadline_missed_total{source="door"} 0`, "ocellus_alloc_bytes ",
		`ocellus_model_info{hash="0f",model="squares",precision="int8"} 1`, `ocellus_disk_free_bytes{path="`, `ocellus_output_failed_total{output="a file"} 1`,
		`ocellus_tracks{source="door"} 1`, "process_resident_memory_bytes ")
	if m := regexp.MustCompile(`ocellus_infer_seconds_bucket\{[^}]*le="0.0025"\} (\d+)`).FindStringSubmatch(body); m == nil || len(m[1]) != 2 {
		t.Errorf("inference of 2 ms is not counted at 2.5 ms: %v", m)
	}
	resp, open := v.get(t, "/metrics", "Accept", "application/openmetrics-text; version=1.0.0")
	if !strings.HasSuffix(open, "# EOF\n") || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/openmetrics-text") {
		t.Errorf("OpenMetrics: %v", resp.Header)
	}
}

// Figures about faces are told where somebody is to be known, and only there.
func TestMetricsOfFaces(t *testing.T) {
	v := start(t, Options{})
	if _, body := v.get(t, "/metrics"); strings.Contains(body, "ocellus_face_") {
		t.Errorf("nobody is to be known: %s", body)
	}
	v.src.WatchFaces(func() identify.Stats {
		return identify.Stats{Named: 1, Unknown: 2, Undecided: 3, Looks: 4, Poor: 5, Absent: 6, Late: 7}
	})
	v.src.Watch(func() pipeline.Stats { return pipeline.Stats{FaceErrors: 8} })
	_, body := v.get(t, "/metrics")
	has(t, body, `ocellus_face_tracks_total{result="named",source="door"} 1`, `ocellus_face_tracks_total{result="unknown",source="door"} 2`,
		`ocellus_face_tracks_total{result="undecided",source="door"} 3`, `ocellus_face_looks_total{source="door"} 4`,
		`ocellus_face_skipped_total{reason="poor",source="door"} 5`, `ocellus_face_skipped_total{reason="absent",source="door"} 6`,
		`ocellus_face_skipped_total{reason="late",source="door"} 7`, `ocellus_face_skipped_total{reason="failed",source="door"} 8`)
}

// Healthy is what yields frames: not before the first, nor long after the
// last, nor at the end.
func TestHealth(t *testing.T) {
	const patience = 300 * time.Millisecond
	v := start(t, Options{StalledAfter: patience})
	health := func() (int, string) {
		resp, body := v.get(t, "/healthz")
		return resp.StatusCode, body
	}
	if code, body := health(); code != 503 || !strings.HasPrefix(body, "starting") && !strings.HasPrefix(body, "stalled") {
		t.Errorf("before the first frame: %d %s", code, body)
	}
	stop := v.flow()
	until(t, "frames make it healthy", func() bool { code, _ := health(); return code == 200 })
	stop()
	until(t, "no frames make it sick", func() bool { code, body := health(); return code == 503 && strings.HasPrefix(body, "stalled") })
	stop = v.flow()
	until(t, "frames make it healthy again", func() bool { code, _ := health(); return code == 200 })
	stop()
	close(v.next)
	if err := <-v.done; err != nil {
		t.Fatal(err)
	}
	if code, body := health(); code != 503 || !strings.HasPrefix(body, "ended") {
		t.Errorf("at the end: %d %s", code, body)
	}
}

func TestDevice(t *testing.T) {
	old := sysfs
	sysfs = t.TempDir()
	defer func() { sysfs = old }()
	if d := readDevice(); d.Temperature != nil || d.Throttled != nil {
		t.Errorf("%+v of nothing", d)
	}
	for path, text := range map[string]string{
		"class/thermal/thermal_zone0/type": "cpu-thermal\n", "class/thermal/thermal_zone0/temp": "61250\n",
		"class/thermal/thermal_zone1/type": "wifi\n", "class/thermal/thermal_zone1/temp": "90000\n",
		"devices/platform/soc/soc:firmware/get_throttled": "50005\n",
	} {
		path = filepath.Join(sysfs, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if d := readDevice(); d.Temperature == nil || *d.Temperature != 61.25 || d.Throttled == nil || !*d.Throttled {
		t.Errorf("%+v", d)
	}
}

// The page needs nothing but what is served here.
func TestPage(t *testing.T) {
	v := start(t, Options{})
	_, page := v.get(t, "/")
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if strings.HasPrefix(m[1], "data:") {
			continue
		}
		if resp, body := v.get(t, m[1]); resp.StatusCode != http.StatusOK || body == "" {
			t.Errorf("%s: %d", m[1], resp.StatusCode)
		}
	}
	for _, text := range []string{page, string(loginPage), string(pageScript), string(pageStyle)} {
		for _, bad := range []string{"http:", "https:", "innerHTML", " style=", "onclick", "@import"} {
			if strings.Contains(text, bad) {
				t.Errorf("there is %q", bad)
			}
		}
	}
}
