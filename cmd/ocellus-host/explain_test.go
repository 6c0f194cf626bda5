package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ocellus-vision/ocellus/internal/cli"
)

func TestExplain(t *testing.T) {
	out, errs, code := run(t, "models", "explain", "lenet5")
	if code != cli.OK || !strings.Contains(out, "61706 parameters") || !strings.Contains(out, "784 times") {
		t.Errorf("exit code %d, %s%s", code, out, errs)
	}
	out, errs, code = run(t, "models", "explain", "vgg16", "--size", "32", "--classes", "10", "--width", "0.25", "--json")
	var e explained
	if err := json.Unmarshal([]byte(out), &e); code != cli.OK || err != nil {
		t.Fatalf("exit code %d, %v, %s", code, err, errs)
	}
	if e.Size != 32 || len(e.Layers) == 0 || e.Layers[0].Out[0] != 16 || e.Dense <= e.Local || e.Local <= e.Shared {
		t.Errorf("%+v", e)
	}
}

func TestExplainRefuses(t *testing.T) {
	for says, args := range map[string][]string{
		"resnet18": {"nobody"}, "width": {"vgg16", "--width", "9"}, "in one width": {"resnet18", "--width", "0.5"}, "no grouped": {"vgg16", "--grouped"},
	} {
		_, errs, code := run(t, append([]string{"models", "explain"}, args...)...)
		if code != cli.Usage || !strings.Contains(errs, says) {
			t.Errorf("%v: exit code %d, %s", args, code, errs)
		}
	}
}
