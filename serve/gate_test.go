package serve

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Nothing that a camera sees is told without the token.
func TestTokenIsDemanded(t *testing.T) {
	v := start(t, Options{Token: token})
	v.frames(3)
	for _, path := range []string{"/", "/page.js", "/live/door.mjpeg", "/events", "/api/events", "/api/state", "/metrics", "/nothing", "/?token=wrong", "/api/state?token="} {
		for _, headers := range [][]string{nil, {"Authorization", "Bearer wrong"}, {"Authorization", token}, {"Authorization", "Basic " + token}, {"Cookie", "ocellus=" + token}, {"Cookie", "ocellus="}} {
			resp, body := v.get(t, path, headers...)
			if resp.StatusCode != http.StatusUnauthorized || strings.Contains(body, "door") || resp.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s with %v: %d %s", path, headers, resp.StatusCode, body)
			}
		}
	}
	if resp, body := v.get(t, "/api/state", "Authorization", "bearer "+token); resp.StatusCode != http.StatusOK || !strings.Contains(body, `"door"`) {
		t.Errorf("with the token: %d %s", resp.StatusCode, body)
	}
	for _, path := range []string{"/healthz", "/style.css"} {
		if resp, _ := v.get(t, path); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

// A link with the token, or the form, gives a cookie that scripts cannot read,
// from which the token cannot be told, and leads on without the token.
func TestLogin(t *testing.T) {
	v := start(t, Options{Token: token})
	has(t, v.Link(), "http://127.0.0.1:", "/?token="+token)
	form, _ := http.NewRequest(http.MethodPost, v.url("/login"), strings.NewReader(url.Values{"token": {token}}.Encode()))
	link, _ := http.NewRequest(http.MethodGet, v.url("/?token="+token), nil)
	for _, r := range []*http.Request{form, link} {
		resp, _ := v.do(t, r, "Content-Type", "application/x-www-form-urlencoded")
		cookies := resp.Cookies()
		if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/" || len(cookies) != 1 {
			t.Fatalf("%s: %d %v", r.Method, resp.StatusCode, resp.Header)
		}
		c := cookies[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || strings.Contains(c.Value, token) {
			t.Errorf("cookie %v", c)
		}
		if resp, body := v.get(t, "/", "Cookie", c.Name+"="+c.Value); resp.StatusCode != http.StatusOK || !strings.Contains(body, `src="/page.js"`) {
			t.Errorf("with the cookie: %d", resp.StatusCode)
		}
	}
	wrong, _ := http.NewRequest(http.MethodPost, v.url("/login"), strings.NewReader("token=wrong"))
	resp, body := v.do(t, wrong, "Content-Type", "application/x-www-form-urlencoded", "Accept", "text/html")
	if resp.StatusCode != http.StatusUnauthorized || !strings.Contains(body, `<form method="post" action="/login">`) {
		t.Errorf("a wrong token: %d %s", resp.StatusCode, body)
	}
}

// A site that has its name point at us, so that its scripts may read what we
// answer, is refused: its name is not ours.
func TestRebinding(t *testing.T) {
	v := start(t, Options{})
	_, port, _ := strings.Cut(v.Addr().String(), ":")
	for host, want := range map[string]int{
		"127.0.0.1:" + port: 200, "localhost:" + port: 200, "localhost": 200, "[::1]:" + port: 200, "127.0.0.2": 200,
		"evil.example:" + port: 421, "evil.example": 421, "localhost.evil.example": 421, "192.168.1.7": 421, "127.0.0.1.nip.io": 421,
	} {
		for _, path := range []string{"/", "/api/state", "/healthz"} {
			resp, _ := v.get(t, path, "Host", host)
			if got := resp.StatusCode; got != want && !(path == "/healthz" && want == 200 && got == 503) {
				t.Errorf("%s as %s: %d, want %d", path, host, got, want)
			}
		}
	}
}

// A page of another site can neither embed nor call anything.
func TestOtherSites(t *testing.T) {
	v := start(t, Options{})
	for _, c := range []struct {
		site, mode string
		want       int
	}{{"cross-site", "no-cors", 403}, {"same-site", "cors", 403}, {"cross-site", "navigate", 200}, {"same-origin", "cors", 200}, {"none", "navigate", 200}} {
		resp, _ := v.get(t, "/", "Sec-Fetch-Site", c.site, "Sec-Fetch-Mode", c.mode)
		if resp.StatusCode != c.want {
			t.Errorf("%+v: %d", c, resp.StatusCode)
		}
		h := resp.Header
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || h.Get("X-Content-Type-Options") != "nosniff" ||
			h.Get("Cross-Origin-Resource-Policy") != "same-origin" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("headers %v", h)
		}
	}
	post, _ := http.NewRequest(http.MethodPost, v.url("/api/state"), nil)
	if resp, _ := v.do(t, post); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", resp.StatusCode)
	}
}

func TestNewRefuses(t *testing.T) {
	var option *ErrOption
	for _, o := range []Options{{}, {Listen: "127.0.0.1"}, {Listen: ":8088"}, {Listen: "0.0.0.0:8088"}, {Listen: "192.168.1.7:8088"}, {Listen: "camera.local:80"},
		{Listen: ":8088", Token: "short"}, {Listen: "localhost:0", StalledAfter: -1}, {Listen: "localhost:0", Clients: -1}} {
		if _, err := New(o); !errors.As(err, &option) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, o := range []Options{{Listen: ":0", Token: token}, {Listen: "[::1]:0"}, {Listen: "localhost:0"}} {
		if _, err := New(o); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if a, b := NewToken(), NewToken(); a == b || len(a) < leastToken {
		t.Errorf("tokens %q and %q", a, b)
	}
}
