package kernels

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// testFeatures returns what the tests range over: what this CPU has, within
// OCELLUS_CPU. It fails the test when OCELLUS_REQUIRE demands more.
func testFeatures(t testing.TB) Features {
	t.Helper()
	f, err := Available()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// floatFeatures are those that float32 kernels are written for.
const floatFeatures = AVX2 | AVX512 | NEON

// TestRequired: where OCELLUS_REQUIRE demands a feature that float kernels are
// written for, the product and its fellows must be among the rows under test.
func TestRequired(t *testing.T) {
	f := testFeatures(t)
	for name := range strings.FieldsFuncSeq(os.Getenv("OCELLUS_REQUIRE"), func(r rune) bool { return r == ',' || r == ' ' }) {
		i := slices.Index(featureNames, name)
		if i < 0 || floatFeatures&(1<<i) == 0 {
			continue
		}
		need := Features(1 << i)
		if !slices.ContainsFunc(GemmF32Rows(f), func(r *GemmF32) bool { return r.Needs.Has(need) }) {
			t.Errorf("OCELLUS_REQUIRE=%s, but no row of GemmF32Rows needs it", name)
		}
		if need == AVX512 {
			continue // the other tables serve it with AVX2
		}
		for table, rows := range map[string][]*TapsF32{"Depthwise": DepthwiseF32Rows(f), "MaxPool": MaxPoolF32Rows(f), "AvgPool": AvgPoolF32Rows(f)} {
			if !rows[0].Needs.Has(need) && need != AVX2 || rows[0].Needs == 0 {
				t.Errorf("OCELLUS_REQUIRE=%s, but %sF32Rows begins with %s", name, table, rows[0].Name)
			}
		}
		if rows := ElementF32Rows(f); rows[0].Needs == 0 {
			t.Errorf("OCELLUS_REQUIRE=%s, but ElementF32Rows begins with %s", name, rows[0].Name)
		}
	}
}

// TestRequiredI8: likewise for kernels on bytes, whose first row is the one
// demanded, or needs more.
func TestRequiredI8(t *testing.T) {
	f := testFeatures(t)
	demanded := os.Getenv("OCELLUS_REQUIRE")
	for i, name := range featureNames {
		need := Features(1 << i)
		if !strings.Contains(" "+strings.ReplaceAll(demanded, ",", " ")+" ", " "+name+" ") || need&(AVX2|AVXVNNI|AVX512|AVX512VNNI|NEON|DotProd) == 0 {
			continue
		}
		if !slices.ContainsFunc(GemmI8Rows(f), func(r *GemmI8) bool { return r.Needs.Has(need) }) {
			t.Errorf("OCELLUS_REQUIRE=%s, but no row of GemmI8Rows needs it", name)
		}
		if d, m, a, e := DepthwiseI8Rows(f)[0], MaxPoolI8Rows(f)[0], AvgPoolI8Rows(f)[0], ElementI8Rows(f)[0]; min(d.Needs, m.Needs, a.Needs, e.Needs) == 0 {
			t.Errorf("OCELLUS_REQUIRE=%s, but generic Go comes first in a table", name)
		}
	}
}

// TestRows: every table ends with generic Go, holds no row that the features
// do not allow, and has no two rows of one name.
func TestRows(t *testing.T) {
	vnni := AVX2 | AVXVNNI | AVX512 | AVX512VNNI | AVX512VBMI
	for _, f := range []Features{0, AVX2, AVX2 | AVXVNNI, AVX2 | AVX512, vnni, NEON, NEON | FP16 | DotProd | I8MM, Detect()} {
		seen := map[string]bool{}
		row := func(table, name string, needs Features, last bool) {
			if !f.Has(needs) {
				t.Errorf("%v: %s offers %s, which needs %v", f, table, name, needs)
			}
			if last != (needs == 0) {
				t.Errorf("%v: %s: %s needs %v, and last is %v", f, table, name, needs, last)
			}
			if seen[table+name] {
				t.Errorf("%s has two rows named %s", table, name)
			}
			seen[table+name] = true
		}
		gemm := GemmF32Rows(f)
		for i, r := range gemm {
			row("GemmF32Rows", r.Name, r.Needs, i == len(gemm)-1)
			if r.MR < 1 || r.NR < 1 {
				t.Errorf("%s: tile %d×%d", r.Name, r.MR, r.NR)
			}
		}
		for table, rows := range map[string][]*TapsF32{"Depthwise": DepthwiseF32Rows(f), "MaxPool": MaxPoolF32Rows(f), "AvgPool": AvgPoolF32Rows(f)} {
			for i, r := range rows {
				row(table, r.Name, r.Needs, i == len(rows)-1)
			}
		}
		peak := PeakF32Rows(f)
		for i, r := range peak {
			row("PeakF32Rows", r.Name, r.Needs, i == len(peak)-1)
		}
		read := ReadRows(f)
		for i, r := range read {
			row("ReadRows", r.Name, r.Needs, i == len(read)-1)
		}
		convert := ConvertF16Rows(f)
		for i, r := range convert {
			row("ConvertF16Rows", r.Name, r.Needs, i == len(convert)-1)
		}
		softmax := SoftmaxF32Rows(f)
		for i, r := range softmax {
			row("SoftmaxF32Rows", r.Name, r.Needs, i == len(softmax)-1)
		}
		ranges := RangeF32Rows(f)
		for i, r := range ranges {
			row("RangeF32Rows", r.Name, r.Needs, i == len(ranges)-1)
		}
		rowsI8(t, f, row)
		element := ElementF32Rows(f)
		for i, r := range element {
			row("ElementF32Rows", r.Name, r.Needs, i == len(element)-1)
			for op, fn := range r.Funcs {
				if fn == nil {
					t.Errorf("%s lacks element op %d", r.Name, op)
				}
			}
		}
	}
}

// rowsI8 is the part of TestRows about tables of kernels on bytes.
func rowsI8(t *testing.T, f Features, row func(table, name string, needs Features, last bool)) {
	gemm := GemmI8Rows(f)
	for i, r := range gemm {
		row("GemmI8Rows", r.Name, r.Needs, i == len(gemm)-1)
		if r.MR < 1 || r.NR < 1 || r.KR < 1 || r.KR > ReadPast+1 || r.PanelLen(1, 1) < r.NR {
			t.Errorf("%s: tile %d×%d×%d, panels of %d bytes", r.Name, r.MR, r.NR, r.KR, r.PanelLen(1, 1))
		}
	}
	for table, rows := range map[string][]*TapsI8{"DepthwiseI8": DepthwiseI8Rows(f), "MaxPoolI8": MaxPoolI8Rows(f), "AvgPoolI8": AvgPoolI8Rows(f)} {
		for i, r := range rows {
			row(table, r.Name, r.Needs, i == len(rows)-1)
			if (r.layout != nil) != (table == "DepthwiseI8") {
				t.Errorf("%s: %s has the layout %v", table, r.Name, r.layout)
			}
		}
	}
	element := ElementI8Rows(f)
	for i, r := range element {
		row("ElementI8Rows", r.Name, r.Needs, i == len(element)-1)
		for op, fn := range r.Funcs {
			if fn == nil {
				t.Errorf("%s lacks operation %d on bytes", r.Name, op)
			}
		}
	}
	peak := PeakI8Rows(f)
	for i, r := range peak {
		row("PeakI8Rows", r.Name, r.Needs, i == len(peak)-1)
	}
}

func TestAvailable(t *testing.T) {
	const all = AVX2 | AVXVNNI | AVX512 | AVX512VNNI
	for _, c := range []struct {
		have           Features
		limit, require string
		want           Features
		variable       string // of the error; empty for none
	}{
		{all, "", "", all, ""},
		{all, "generic", "", 0, ""},
		{all, "generic", "generic", 0, ""},
		{all, "avx2", "avx2", AVX2, ""},
		{all, "avxvnni", "", AVX2 | AVXVNNI, ""},
		{all, "avx512", "", AVX2 | AVX512, ""},
		{all, "avx512vnni", "avx2,avx512 avx512vnni", all, ""},
		{AVX2, "avx512vnni", "", AVX2, ""},
		{NEON | FP16 | DotProd | I8MM, "neon", "neon", NEON, ""},
		{NEON | FP16 | DotProd | I8MM, "fp16", "", NEON | FP16, ""},
		{NEON | FP16 | DotProd | I8MM, "dotprod", "", NEON | FP16 | DotProd, ""},
		{NEON | FP16 | DotProd | I8MM, "i8mm", "i8mm", NEON | FP16 | DotProd | I8MM, ""},
		{0, "neon", "", 0, ""},
		{all, "avx3", "", 0, "OCELLUS_CPU"},
		{all, "", "avx3", 0, "OCELLUS_REQUIRE"},
		{all, "", "generic", 0, "OCELLUS_REQUIRE"},
		{AVX2, "", "avx512", 0, "OCELLUS_REQUIRE"},
		{all, "avx2", "avx512", 0, "OCELLUS_REQUIRE"},
		{0, "", "neon", 0, "OCELLUS_REQUIRE"},
	} {
		got, err := available(c.have, c.limit, c.require)
		var ef *ErrFeatures
		switch {
		case c.variable == "" && (err != nil || got != c.want):
			t.Errorf("%v, CPU=%q REQUIRE=%q: %v, %v; want %v", c.have, c.limit, c.require, got, err, c.want)
		case c.variable != "" && (!errors.As(err, &ef) || ef.Var != c.variable):
			t.Errorf("%v, CPU=%q REQUIRE=%q: error %v, want one about %s", c.have, c.limit, c.require, err, c.variable)
		}
	}
	for i, name := range featureNames {
		if c, ok := caps[name]; !ok || !c.Has(1<<i) {
			t.Errorf("OCELLUS_CPU=%s leaves %v", name, c)
		}
		if got := Features(1 << i).String(); got != name {
			t.Errorf("feature %d is named %q, want %q", i, got, name)
		}
	}
	if got := Features(0).String(); got != "generic" {
		t.Errorf("no features: %q", got)
	}
}
