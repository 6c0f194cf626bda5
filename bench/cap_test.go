package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/ocellus-vision/ocellus/bench/avx2cap"
	"github.com/ocellus-vision/ocellus/bench/onnxruntime"
	"github.com/ocellus-vision/ocellus/nn"
)

// asProgram makes a process of the test binary one of the program: commands
// that start the program again find it so.
const asProgram = "OCELLUS_TEST_AS_PEERS"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// ONNX Runtime uses registers of AVX-512 when it may, and none under the cap,
// where it still gives the same answers.
func TestCapHolds(t *testing.T) {
	file, err := (&peerFlags{ORT: os.Getenv("OCELLUS_ORT")}).library()
	if err == nil {
		err = onnxruntime.Present(file)
	}
	if err != nil {
		t.Skip(err)
	}
	if _, err := exec.LookPath("objdump"); err != nil || !avx2cap.Observable() {
		t.Skip("no objdump, or no AVX-512 that can be observed")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	model := write(t, &nn.Softmax{Axis: -1}, nn.D(64), nn.D(1000))
	cmd := exec.Command(self, "time", "--cap", "avx2", "--rounds", "1", "--turn", "1ms", "--json", "--ort", file, model)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var res result
	if err := json.Unmarshal(out, &res); err != nil {
		t.Fatal(err)
	}
	if len(res.Failed) != 0 || len(res.Nets) != 1 || res.Nets[0].Uncapped == nil || res.Cap == nil {
		t.Fatalf("%s", out)
	}
	if res.Nets[0].Uncapped.Used == "none" {
		t.Error("without the cap no register of AVX-512 is in use: the check shows nothing")
	}
	if res.ISA != "avx2" || res.Cap.Replaced == 0 || res.Cap.Answered == 0 || res.Nets[0].Off > 1e-5 {
		t.Errorf("%s", out)
	}
}
