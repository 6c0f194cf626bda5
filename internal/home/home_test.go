package home

import (
	"errors"
	"testing"
)

func TestCache(t *testing.T) {
	for _, c := range []struct{ ocellus, xdg, home, path, reason string }{
		{"/o", "/x", "/h", "/o/models", "OCELLUS_HOME"},
		{"rel", "/x", "/h", "rel/models", "OCELLUS_HOME"},
		{"", "/x", "/h", "/x/ocellus/models", "XDG_CACHE_HOME"},
		{"", "rel", "/h", "/h/.cache/ocellus/models", "default"},
		{"", "", "/h", "/h/.cache/ocellus/models", "default"},
	} {
		f, err := cache("models", c.ocellus, c.xdg, c.home)
		if err != nil || f.Path != c.path || f.Reason != c.reason {
			t.Errorf("cache(%q, %q, %q) = %v, %v; want %s by %s", c.ocellus, c.xdg, c.home, f, err, c.path, c.reason)
		}
	}
	if _, err := cache("models", "", "", ""); !errors.Is(err, ErrNoHome) {
		t.Errorf("error %v, want ErrNoHome", err)
	}
}
