package kernels

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Features is a set of CPU features that kernels may need.
type Features uint32

// The features, by the names that OCELLUS_CPU and OCELLUS_REQUIRE use.
const (
	AVX2       Features = 1 << iota // amd64: AVX2, FMA and F16C
	AVXVNNI                         // amd64: VEX-coded VNNI
	AVX512                          // amd64: AVX-512 F, BW, DQ, VL
	AVX512VNNI                      // amd64: AVX-512 VNNI
	NEON                            // arm64: the baseline
	FP16                            // arm64: half-precision arithmetic
	DotProd                         // arm64: SDOT and UDOT
	I8MM                            // arm64: SMMLA
	AVX512VBMI                      // amd64: AVX-512 VBMI
)

var featureNames = []string{"avx2", "avxvnni", "avx512", "avx512vnni", "neon", "fp16", "dotprod", "i8mm", "avx512vbmi"}

// caps says what each value of OCELLUS_CPU leaves switched on.
var caps = map[string]Features{
	"generic":    0,
	"avx2":       AVX2,
	"avxvnni":    AVX2 | AVXVNNI,
	"avx512":     AVX2 | AVX512,
	"avx512vnni": AVX2 | AVXVNNI | AVX512 | AVX512VNNI,
	"avx512vbmi": AVX2 | AVXVNNI | AVX512 | AVX512VNNI | AVX512VBMI,
	"neon":       NEON,
	"fp16":       NEON | FP16,
	"dotprod":    NEON | FP16 | DotProd,
	"i8mm":       NEON | FP16 | DotProd | I8MM,
}

// Has reports whether every feature of need is in f.
func (f Features) Has(need Features) bool { return f&need == need }

// String lists the features, or says "generic".
func (f Features) String() string {
	var on []string
	for i, n := range featureNames {
		if f.Has(1 << i) {
			on = append(on, n)
		}
	}
	if len(on) == 0 {
		return "generic"
	}
	return strings.Join(on, " ")
}

// ErrFeatures says that OCELLUS_CPU or OCELLUS_REQUIRE cannot be honoured.
type ErrFeatures struct {
	Var, Value, Why string
}

func (e *ErrFeatures) Error() string { return fmt.Sprintf("%s=%s: %s", e.Var, e.Value, e.Why) }

// Available returns the features to choose kernels by: what the CPU has,
// capped by OCELLUS_CPU. It fails when OCELLUS_REQUIRE names a feature that is
// not among them, or when either variable holds an unknown name.
func Available() (Features, error) {
	return available(Detect(), os.Getenv("OCELLUS_CPU"), os.Getenv("OCELLUS_REQUIRE"))
}

func available(have Features, limit, require string) (Features, error) {
	if limit != "" {
		c, ok := caps[limit]
		if !ok {
			return 0, &ErrFeatures{"OCELLUS_CPU", limit, "unknown; one of " + knownCaps()}
		}
		have &= c
	}
	for _, name := range strings.FieldsFunc(require, func(r rune) bool { return r == ',' || r == ' ' }) {
		i := slices.Index(featureNames, name)
		switch {
		case name == "generic" && have == 0:
		case name == "generic":
			return 0, &ErrFeatures{"OCELLUS_REQUIRE", require, fmt.Sprintf("generic Go is demanded, but %v would be used; set OCELLUS_CPU=generic as well", have)}
		case i < 0:
			return 0, &ErrFeatures{"OCELLUS_REQUIRE", require, fmt.Sprintf("%q is unknown; one of %s", name, knownCaps())}
		case !have.Has(1 << i):
			return 0, &ErrFeatures{"OCELLUS_REQUIRE", require, fmt.Sprintf("%s is demanded, but this machine (as capped) has: %v", name, have)}
		}
	}
	return have, nil
}

func knownCaps() string { return "generic " + strings.Join(featureNames, " ") }
