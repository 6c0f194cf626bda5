package serve

import (
	_ "embed" // the page and what belongs to it
	"net/http"

	"github.com/ocellus-vision/ocellus/report"
)

//go:embed page/index.html
var indexPage []byte

//go:embed page/login.html
var loginPage []byte

//go:embed page/page.css
var pageStyle []byte

//go:embed page/page.js
var pageScript []byte

// handler is all that is served.
func (s *Server) handler() http.Handler {
	style := append([]byte(report.Style()), pageStyle...)
	open := map[string]bool{"/healthz": true, "/style.css": true, "/login": true}
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", file("text/html; charset=utf-8", indexPage))
	mux.Handle("GET /style.css", file("text/css; charset=utf-8", style))
	mux.Handle("GET /page.js", file("text/javascript; charset=utf-8", pageScript))
	mux.HandleFunc("GET /live/{name}", s.serveLive)
	mux.HandleFunc("GET /events", s.serveEvents)
	mux.HandleFunc("GET /api/events", s.serveLatest)
	mux.HandleFunc("GET /api/state", s.serveState)
	mux.HandleFunc("GET /healthz", s.serveHealth)
	mux.Handle("GET /metrics", s.metricsHandler())
	mux.HandleFunc("POST /login", s.serveLogin)
	return s.gate(mux, open)
}

func file(kind string, content []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(content)
	})
}

// serveLogin takes the token from the form of a person.
func (s *Server) serveLogin(w http.ResponseWriter, r *http.Request) {
	const most = 8 << 10
	r.Body = http.MaxBytesReader(w, r.Body, most)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "This is no form.", http.StatusBadRequest)
		return
	}
	if s.o.Token == "" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	s.login(w, r, r.PostForm.Get("token"))
}
