package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/ocellus-vision/ocellus/bench/avx2cap"
	"github.com/ocellus-vision/ocellus/bench/onnxruntime"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

// capAVX2 is the value of --cap that caps.
const capAVX2 = "avx2"

// cappedEnv is what caps Ocellus and the C library, whose copying of memory
// uses AVX-512 as well. Both read it as the process starts.
var cappedEnv = [][2]string{
	{"OCELLUS_CPU", "avx2"},
	{"GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-AVX512CD"},
}

// startCapped starts this program again, in this process, unless it was
// started as capped already.
func startCapped() error {
	capped := true
	for _, v := range cappedEnv {
		capped = capped && os.Getenv(v[0]) == v[1]
		if err := os.Setenv(v[0], v[1]); err != nil {
			return err
		}
	}
	if capped {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return fmt.Errorf("%s cannot be started again as capped: %w", self, syscall.Exec(self, os.Args, os.Environ()))
}

// capping is how ONNX Runtime is kept from what the CPU has beyond AVX2, and
// what shows that it is.
type capping struct {
	Replaced   int  `json:"cpuid_replaced"`       // instructions
	Answered   int  `json:"cpuid_answered"`       // in all, as the library loaded and its sessions began
	Timed      int  `json:"cpuid_answered_timed"` // of these, within what was timed
	Observable bool `json:"avx512_observable"`    // the CPU has AVX-512 and tells whether its registers are in use

	copy    *avx2cap.Copy
	scratch string             // folder of the copy
	control map[string]control // by model
}

// newCapping makes a capped copy of the library at file, and runs the models
// without a cap in a process of its own.
func newCapping(env *cli.Env, c *timeCommand, file string) (_ *capping, err error) {
	if err := onnxruntime.Present(file); err != nil {
		return nil, err
	}
	k := &capping{Observable: avx2cap.Observable()}
	if k.control, err = c.uncapped(env, file); err != nil {
		return nil, err
	}
	if k.scratch, err = os.MkdirTemp("", "ocellus-peers-"); err != nil {
		return nil, err
	}
	if k.copy, err = avx2cap.Make(file, k.scratch); err == nil {
		k.Replaced = len(k.copy.Sites)
		err = k.copy.Install()
	}
	if err != nil {
		return nil, errors.Join(err, k.close())
	}
	return k, nil
}

func (k *capping) close() error { return os.RemoveAll(k.scratch) }

// check runs the model in the capped library and fails if that leaves a
// register of AVX-512 in use. It returns what the model did without the cap,
// or nil if k is.
func (k *capping) check(n *net, model string) (*control, error) {
	if k == nil {
		return nil, nil
	}
	if k.Observable {
		used, err := avx2cap.Registers(n.peer.Run)
		if err != nil {
			return nil, err
		}
		if used != 0 {
			return nil, fmt.Errorf("%s: ONNX Runtime used registers of AVX-512 in spite of the cap: %v", model, used)
		}
	}
	free, ok := k.control[model]
	if !ok {
		return nil, fmt.Errorf("%s: was not run without the cap", model)
	}
	return &free, nil
}

// watch counts what is answered while measure runs; without a cap there is
// nothing to count.
func (k *capping) watch(measure func() error) error {
	if k == nil {
		return measure()
	}
	before := avx2cap.Answered()
	err := measure()
	k.Answered = avx2cap.Answered()
	k.Timed += k.Answered - before
	return err
}

// control is a model in ONNX Runtime without a cap.
type control struct {
	Model string  `json:"model"`
	MS    float64 `json:"least_ms"`            // of the turns, which other programs disturb least
	Used  string  `json:"registers,omitempty"` // of AVX-512, if that can be observed
}

// uncapped runs the models in a process of this program that caps no library.
func (c *timeCommand) uncapped(env *cli.Env, file string) (map[string]control, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"control", "--ort", file, "--seed", fmt.Sprint(c.Seed), "--rounds", fmt.Sprint(c.Rounds), "--turn", c.Turn.String()}
	for name, size := range c.Dim {
		args = append(args, fmt.Sprintf("--dim=%s=%d", name, size))
	}
	cmd := exec.CommandContext(env.Context, self, append(append(args, "--"), c.Models...)...)
	cmd.Stderr = env.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("the models without a cap: %w", err)
	}
	all := map[string]control{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var one control
		if err := dec.Decode(&one); err != nil {
			return nil, err
		}
		all[one.Model] = one
	}
	return all, nil
}

// markdown says how the cap was made and what shows that it holds.
func (k *capping) markdown(nets []netTime) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
## The cap

ONNX Runtime has no switch that keeps it from AVX-512. It ran from a copy of its library in which all
%d CPUID instructions that a disassembly finds are UD2, which is as long and always traps; a handler
of the signal executed CPUID and hid AVX-512, AVX-VNNI, AVX10 and AMX in the answer. Nothing else of
the library was changed. %d CPUIDs were answered, %d of them while anything was timed. The C library was
kept from AVX-512 by GLIBC_TUNABLES. Without VNNI, ONNX Runtime adds products of bytes in pairs, with
saturation, so its int8 outputs may be far from exact ones.

`, k.Replaced, k.Answered, k.Timed)
	if !k.Observable {
		b.WriteString("This CPU has no AVX-512, or does not tell which registers are in use: there was nothing to observe.\n\n")
	} else {
		b.WriteString(`What shows that it holds: the CPU tells which parts of a thread's registers are in use (XGETBV with
ECX 1, bits 5 to 7: what AVX-512 adds). They were put into their initial state, the model ran once,
and they were looked at. With the cap none was in use after any net below, else it would not be timed.

`)
	}
	b.WriteString("| net | registers of AVX-512 in use without the cap | ORT, least ms without it | with it | with it / without |\n| --- | --- | ---: | ---: | ---: |\n")
	for i := range nets {
		t := &nets[i]
		fmt.Fprintf(&b, "| %s | %s | %.3f | %.3f | %.2f |\n", t.name(), orUnknown(t.Uncapped.Used), t.Uncapped.MS, t.PeerLeast, t.PeerLeast/t.Uncapped.MS)
	}
	return b.String()
}

func orUnknown(s string) string {
	if s == "" {
		return "unknown"
	}
	return s
}

// title is what the title of a result adds.
func (k *capping) title() string {
	if k == nil {
		return ""
	}
	return ", both without what x86 has beyond AVX2"
}

// resultName is what the files of a result are called, without extension.
func (k *capping) resultName() string {
	if k == nil {
		return "peers"
	}
	return "peers-" + capAVX2
}
