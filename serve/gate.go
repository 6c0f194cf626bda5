package serve

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// NewToken returns a token that nobody guesses: 144 bits.
func NewToken() string {
	var b [18]byte
	_, _ = rand.Read(b[:]) // never fails, see its documentation
	return base64.RawURLEncoding.EncodeToString(b[:])
}

const cookieName = "ocellus"

// cookieFor returns what a cookie holds in place of the token, from which the
// token cannot be told.
func cookieFor(token string) string {
	if token == "" {
		return ""
	}
	m := hmac.New(sha256.New, []byte(token))
	m.Write([]byte("ocellus preview, cookie"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// same compares in a time that tells nothing of where two texts differ, nor
// how long the right one is.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// policy lets the page have what comes from here alone, and nobody frame it.
const policy = "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// gate lets requests through to next that may see what cameras see. open are
// the paths that need no token.
func (s *Server) gate(next http.Handler, open map[string]bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // a login link holds the token
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cache-Control", "no-store")
		switch {
		case s.o.Token == "" && !localName(r.Host):
			http.Error(w, "This is not the name of this machine's own address: come by localhost or 127.0.0.1.", http.StatusMisdirectedRequest)
		case foreign(r):
			http.Error(w, "Another site may not ask for this.", http.StatusForbidden)
		case open[r.URL.Path] || s.o.Token == "" || s.known(r):
			next.ServeHTTP(w, r)
		case r.URL.Query().Has("token") && r.Method == http.MethodGet:
			s.login(w, r, r.URL.Query().Get("token"))
		default:
			s.stranger(w, r)
		}
	})
}

// localName says whether a Host header names this machine by its own address.
// Another name is that of a site that had its address changed to ours, so that
// its scripts could read what we answer.
func localName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return local(strings.Trim(host, "[]"))
}

// foreign says whether a page of another site caused a request that is not a
// person's going to us.
func foreign(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	if site == "" || site == "same-origin" || site == "none" {
		return false
	}
	return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Method != http.MethodGet
}

// known says whether a request brings the token, or the cookie for it.
func (s *Server) known(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") && same(strings.TrimSpace(token), s.o.Token) {
		return true
	}
	c, err := r.Cookie(cookieName)
	return err == nil && same(c.Value, s.cookie)
}

// login gives a cookie for the token, and leads on to the page without it.
func (s *Server) login(w http.ResponseWriter, r *http.Request, token string) {
	if !same(strings.TrimSpace(token), s.o.Token) {
		s.stranger(w, r)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: s.cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(30 * 24 * time.Hour / time.Second)})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// stranger asks for the token: a person by a form.
func (s *Server) stranger(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("WWW-Authenticate", `Bearer realm="ocellus"`)
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write(loginPage)
		return
	}
	http.Error(w, "A token is needed: Authorization: Bearer TOKEN.", http.StatusUnauthorized)
}

// hostName returns what others may call this machine.
func hostName() string {
	if name, err := os.Hostname(); err == nil && name != "" {
		return name
	}
	return "localhost"
}

func escape(s string) string { return url.QueryEscape(s) }
