package config

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse demands of any text a File or Errors, each with something to say
// and no control characters in what is shown; and of a File that it survives
// being written and read.
func FuzzParse(f *testing.F) {
	f.Add("sources: [{source: camera}]", "PREVIEW_LISTEN=127.0.0.1:1")
	f.Add("a: &a [*a, *a]\nsources: *a", "SOURCES_0_SOURCE=x")
	f.Add("detect: {scores: {\"\\u0000\": 1}}\nzones: [{polygon: [[0, 0], [1, 1e309]]}]", "ZONES=[{}]")
	f.Add("? {a: b}\n: !!binary x\n<<: {}\n", "DETECT_REGION=[1]")
	f.Add(strings.Repeat("[", 200), "SOURCES_99999999999999999999_NAME=")
	f.Fuzz(func(t *testing.T, text, variable string) {
		got, err := Parse("/x/a.yaml", []byte(text), []string{"OCELLUS_" + variable})
		if err != nil {
			var all Errors
			if !errors.As(err, &all) || len(all) == 0 || len(all) > 2*maxErrors {
				t.Fatalf("%#v", err)
			}
			for _, e := range all {
				if e.Why == "" || e.Column < 0 || !utf8.ValidString(e.Shown()) || strings.Contains(strings.ReplaceAll(e.Shown(), "\n", ""), "\x1b") {
					t.Fatalf("%#v", e)
				}
			}
			return
		}
		var b strings.Builder
		if err := Write(&b, got); err != nil {
			t.Fatal(err)
		}
		again, err := Parse("/x/a.yaml", []byte(b.String()), nil)
		if b.Len() <= MaxFile && (err != nil || !reflect.DeepEqual(again, got)) {
			t.Fatalf("%v\n%+v\n%+v", err, again, got)
		}
	})
}

// TestAliases reads aliases, and stops at those that would grow without end.
func TestAliases(t *testing.T) {
	f := parse(t, "sources:\n  - &one {name: a, source: camera, controls: &c {gain: 1}}\n  - {name: b, source: camera:1, controls: *c}\n")
	if f.Sources[1].Controls["gain"] != 1 {
		t.Errorf("%+v", f.Sources)
	}
	var bomb strings.Builder
	bomb.WriteString("detect:\n  classes: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "x%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	bomb.WriteString("sources: [{source: a}]\nzones: *a11\n")
	cycle := "sources: &s\n  - source: a\n    controls: &c {x: *c}\n"
	wide := "sources: [{source: a}]\ndetect:\n  classes: [&x [" + strings.Repeat("a, ", 3000) + "]]\nzones: [{polygon: &p [" + strings.Repeat("[0, 0], ", 1000) + "]}" + strings.Repeat(", {polygon: *p}", 200) + "]\n"
	for _, text := range []string{bomb.String(), cycle, wide, strings.Repeat("{a: ", 100_000/4)} {
		_, err := Parse("a.yaml", []byte(text), nil)
		var e *ErrConfig
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", clipped(text), err)
		}
	}
}

func TestEnvironment(t *testing.T) {
	f := parse(t, "sources: [{source: camera}]\ndetect: {score: 0.3}\n",
		"PATH=/bin", "OCELLUS_CPU=generic", "OCELLUS_HOME=/h", "OCELLUS_MODELS=m", "OCELLUS_DETECT_SCORE=0.7",
		"OCELLUS_DETECT_CLASSES=[face, person]", "OCELLUS_DETECT_SCORES={face: 0.5}", "OCELLUS_PREVIEW_LISTEN=localhost:80",
		"OCELLUS_SOURCES_0_SIZE=320x240", "OCELLUS_SOURCES_1_SOURCE=clip.avi", "OCELLUS_SOURCES_1_NAME=true", "OCELLUS_EVENTS_FILE=")
	if f.Models != "m" || f.Detect.Score != 0.7 || !reflect.DeepEqual(f.Detect.Classes, []string{"face", "person"}) || f.Detect.Scores["face"] != 0.5 ||
		f.Preview.Listen != "localhost:80" || f.Sources[0].Size != (Size{320, 240}) || f.Sources[1].Source != "clip.avi" || f.Sources[1].Name != "true" ||
		f.Sources[1].Format != "any" || f.Events.File != "" {
		t.Errorf("%+v", f)
	}
	for variable, want := range map[string]string{
		"OCELLUS_PREVIEW_LISTN=:1":     "OCELLUS_PREVIEW_LISTN: there is no such setting; did you mean OCELLUS_PREVIEW_LISTEN?",
		"OCELLUS_THREADS=many":         `OCELLUS_THREADS: "many" is no whole number; it may be 0 to 256`,
		"OCELLUS_SOURCES_7_SOURCE=a":   "a number from 0 to 1 must follow",
		"OCELLUS_SOURCES_SOURCE=a":     "as OCELLUS_SOURCES_0_…",
		"OCELLUS_DETECT_CLASSES=[a":    "is no YAML",
		"OCELLUS_DETECT_CLASSES=a":     "must be a list",
		"OCELLUS_DETECT_REGION=[0, 0]": "must be 4 numbers",
		"OCELLUS_PREVIEW_LISTEN=:80":   "there is no token",
	} {
		_, err := Parse("a.yaml", []byte("sources: [{source: camera}]"), []string{variable})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", variable, err)
		}
	}
}

func TestShown(t *testing.T) {
	_, err := Parse("a.yaml", []byte("sources: [{source: camera}]\ndetect:\n  scroe: 0.5\n"), nil)
	var e *ErrConfig
	if !errors.As(err, &e) || e.Shown() != "3 |   scroe: 0.5\n  |   ^" {
		t.Errorf("%q", e.Shown())
	}
	if got := err.Error(); got != "a.yaml:3:3: detect.scroe: there is no such setting; did you mean score?" {
		t.Error(got)
	}
	long := &ErrConfig{Line: 12, Column: 201, Text: strings.Repeat("é", 300) + "\x1b[2J"}
	if got := strings.Split(long.Shown(), "\n"); utf8.RuneCountInString(got[0]) != 105 || got[1] != "   | "+strings.Repeat(" ", 50)+"^" {
		t.Errorf("%q", got)
	}
	if (&ErrConfig{Why: "x"}).Shown() != "" {
		t.Error("nothing is shown as something")
	}
}

func TestSecret(t *testing.T) {
	f := parse(t, "sources: [{source: camera}]\npreview: {token: 0123456789abcdef}\n")
	for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(form, f); strings.Contains(got, "0123456789abcdef") {
			t.Errorf("%s prints %s", form, got)
		}
	}
}
