package serve

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is written is what the formats of Prometheus say: families by name, in
// OpenMetrics without "_total", with numbers like floats and with an end.
func TestExposition(t *testing.T) {
	size := &metric{gauge, "b_bytes", "Bytes.", []string{"path"}}
	seen := &metric{counter, "a_total", "Seen.", nil}
	took := &metric{histogram, "c_seconds", "Took.", []string{"door"}}
	write := func(open bool) string {
		e := newExposition(open)
		e.send(size, 1e9, `C:\a "b"`+"\n\xff")
		e.send(seen, 3)
		e.sendHistogram(took, []bucket{{0.5, 1}, {1, 2}}, 2.25, 3, "left")
		var s strings.Builder
		_, _ = e.WriteTo(&s)
		return s.String()
	}
	plain := `# HELP a_total Seen.
# TYPE a_total counter
a_total 3
# HELP b_bytes Bytes.
# TYPE b_bytes gauge
b_bytes{path="C:\\a \"b\"\n�"} 1e+09
# HELP c_seconds Took.
# TYPE c_seconds histogram
c_seconds_bucket{door="left",le="0.5"} 1
c_seconds_bucket{door="left",le="1"} 2
c_seconds_bucket{door="left",le="+Inf"} 3
c_seconds_sum{door="left"} 2.25
c_seconds_count{door="left"} 3
`
	if got := write(false); got != plain {
		t.Errorf("as text:\n%s", got)
	}
	open := strings.NewReplacer("HELP a_total", "HELP a", "TYPE a_total", "TYPE a", "a_total 3", "a_total 3.0", `"1"`, `"1.0"`).Replace(plain) + "# EOF\n"
	if got := write(true); got != open {
		t.Errorf("as OpenMetrics:\n%s", got)
	}
}

func TestWhichFormatAClientWants(t *testing.T) {
	for accept, want := range map[string]bool{
		"": false, "*/*": false, "text/plain": false, "application/json, ;": false,
		"application/openmetrics-text; version=1.0.0":                                                       true,
		"application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1":         true,
		"text/plain;version=0.0.4;q=0.5, application/openmetrics-text;q=0.2":                                false,
		"application/openmetrics-text;q=0":                                                                  false,
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,": false,
	} {
		if got := wantsOpen(accept); got != want {
			t.Errorf("%q: OpenMetrics is %v", accept, got)
		}
	}
}

func TestMetricsAreCompressedForWhoAsks(t *testing.T) {
	v := start(t, Options{})
	resp, body := v.get(t, "/metrics", "Accept-Encoding", "gzip")
	if resp.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("headers %v", resp.Header)
	}
	z, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(text), "\nocellus_alloc_bytes ") {
		t.Errorf("%v: %s", err, text)
	}
}

func TestMetricsForTooMany(t *testing.T) {
	w := httptest.NewRecorder()
	(&scrapes{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil)) // no places
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("%d for one too many", w.Code)
	}
}

// The files are as proc(5) has them; the name of a program may be anything.
func TestProcess(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"self/stat":        "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 9 0 2500 1048576 3 184467440737 1 1\n",
		"stat":             "cpu  1 2 3\nbtime 1700000000\n",
		"self/limits":      "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024      4096       files\nMax address space         unlimited   unlimited    bytes\n",
		"self/net/netstat": "TcpExt: SyncookiesSent\nTcpExt: 0\nIpExt: InNoRoutes InOctets OutOctets\nIpExt: 1 200 300\n",
		"self/fd/0":        "", "self/fd/1": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	procfs = dir
	defer func() { procfs = "/proc" }()
	got := map[string]float64{}
	process(func(m *metric, v float64, _ ...string) { got[m.name] = v })
	for name, want := range map[string]float64{
		"process_cpu_seconds_total": 2, "process_virtual_memory_bytes": 1 << 20, "process_resident_memory_bytes": 3 * float64(os.Getpagesize()),
		"process_start_time_seconds": 1700000025, "process_open_fds": 2, "process_max_fds": 1024, "process_virtual_memory_max_bytes": 1 << 64,
		"process_network_receive_bytes_total": 200, "process_network_transmit_bytes_total": 300,
	} {
		if got[name] != want {
			t.Errorf("%s %v, want %v", name, got[name], want)
		}
	}
	procfs = filepath.Join(dir, "none")
	process(func(m *metric, v float64, _ ...string) { t.Errorf("%s %v of a system that tells nothing", m.name, v) })
}
