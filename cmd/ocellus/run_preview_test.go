package main

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ocellus-vision/ocellus/config"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// said is the standard error of a run that goes on.
type said struct {
	strings.Builder
	link chan string
}

var linkForm = regexp.MustCompile(`preview: (http://\S+)`)

func (s *said) Write(p []byte) (int, error) {
	if m := linkForm.FindSubmatch(p); m != nil {
		s.link <- string(m[1])
	}
	return s.Builder.Write(p)
}

// TestRunPreview looks at a run that goes on, by the link that it tells, and
// ends it.
func TestRunPreview(t *testing.T) {
	for _, listen := range []string{"127.0.0.1:0", "0.0.0.0:0"} {
		ctx, cancel := context.WithCancel(t.Context())
		errs := &said{link: make(chan string, 1)}
		done := make(chan int, 1)
		go func() {
			args := []string{"run", "--source", "synthetic:128x96", "--model", spots, "--events", "none", "--preview=" + listen}
			done <- cli.Run(app(), args, &cli.Env{Context: ctx, Stdout: io.Discard, Stderr: errs})
		}()
		var link string
		select {
		case link = <-errs.link:
		case code := <-done:
			t.Fatalf("exit code %d: %s", code, errs)
		}
		address, token, guarded := strings.Cut(link, "/?token=")
		if guarded != (listen == "0.0.0.0:0") {
			t.Errorf("%s: the link is %s", listen, link)
		}
		address = regexp.MustCompile(`//[^:]*:`).ReplaceAllString(strings.TrimSuffix(address, "/"), "//127.0.0.1:")
		healthy := func() bool { code, _ := ask(t, address+"/healthz", ""); return code == http.StatusOK }
		for end := time.Now().Add(20 * time.Second); !healthy(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal("it does not get healthy")
			}
		}
		if code, _ := ask(t, address+"/metrics", ""); guarded != (code == http.StatusUnauthorized) {
			t.Errorf("%s: without a token %d", listen, code)
		}
		if code, body := ask(t, address+"/metrics", token); code != http.StatusOK || !strings.Contains(body, `ocellus_model_info{hash="`) || !strings.Contains(body, `precision="float32"`) {
			t.Errorf("%s: %d %s", listen, code, body)
		}
		cancel()
		<-done
	}
}

func ask(t *testing.T, url, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func TestRunPreviewFlag(t *testing.T) {
	for given, want := range map[previewFlag]string{"": "", config.DefaultListen: config.DefaultListen} {
		f, err := (&runCommand{Source: []string{"synthetic"}, Preview: given}).fromFlags()
		if err != nil || f.Preview.Listen != want || f.Preview.Token != "" {
			t.Errorf("%q: %+v, %v", given, f, err)
		}
	}
	f, err := (&runCommand{Source: []string{"synthetic"}, Preview: ":8088"}).fromFlags()
	if err != nil || len(f.Preview.Token) < 16 {
		t.Errorf("%+v, %v", f, err)
	}
	if _, errs, code := run(t, "run", "--source", "synthetic", "--preview=nonsense"); code != cli.Usage || !strings.Contains(errs, "preview.listen") {
		t.Errorf("%d %s", code, errs)
	}
}
