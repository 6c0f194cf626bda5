package train_test

import (
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/ocellus-vision/ocellus/train"
)

// TestTensorBoard: the figures for TensorBoard are those of the log; a run that
// goes on says that later steps are void, and one that begins anew leaves no
// old ones.
func TestTensorBoard(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		if _, err := tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: dir}, 1); err != nil {
			t.Fatal(err)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, train.EventsPattern))
	if len(files) != 1 {
		t.Fatalf("two runs from the beginning leave %d files of events", len(files))
	}
	events := readEvents(t, files[0])
	if len(events) < 3 || events[0].version != "brain.Event:2" || !events[1].starts {
		t.Fatalf("events begin with %+v", events[:min(2, len(events))])
	}
	lines := strings.Split(strings.TrimSpace(string(read(t, dir, train.LogFile))), "\n")
	if len(events)-2 != len(lines) {
		t.Fatalf("%d events of %d lines of the log", len(events)-2, len(lines))
	}
	for i, line := range lines {
		var l struct {
			Step           int
			Loss, Accuracy float64
			Rate           float64
			Ended          *train.Epoch
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		e := events[i+2]
		want := map[string]float64{"loss/train": l.Loss, "accuracy/train": l.Accuracy, "rate": l.Rate}
		if l.Ended != nil && l.Ended.Validation.Seen > 0 {
			want["loss/validation"], want["accuracy/validation"] = l.Ended.Validation.Loss, l.Ended.Validation.Accuracy()
		}
		for tag, v := range want {
			if got, ok := e.scalars[tag]; !ok || e.step != l.Step || got != float32(v) {
				t.Errorf("step %d: %s is %v, %v, at step %d; the log has %v", l.Step, tag, got, ok, e.step, v)
			}
		}
	}
	if _, err := tinyRun(t, t.Context(), tinyConfig(), train.Options{Dir: dir, Resume: true}, 1); err != nil {
		t.Fatal(err)
	}
	files, _ = filepath.Glob(filepath.Join(dir, train.EventsPattern))
	if len(files) != 2 {
		t.Fatalf("a run that went on leaves %d files of events", len(files))
	}
	if e := readEvents(t, files[1]); len(e) != 2 || !e[1].starts || e[1].step != events[len(events)-1].step {
		t.Errorf("a run that went on at its end begins with %+v", e)
	}
}

// event is an Event of TensorFlow, as far as a run writes it.
type event struct {
	step    int
	version string
	starts  bool
	scalars map[string]float32
}

// readEvents reads a file of records, and checks their checksums.
func readEvents(t *testing.T, file string) (all []event) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sum := func(data []byte, want uint32) {
		if c := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)); (c>>15|c<<17)+0xa282ead8 != want {
			t.Fatalf("%s: checksum of % x", file, data)
		}
	}
	for len(b) > 0 {
		n := int(binary.LittleEndian.Uint64(b))
		sum(b[:8], binary.LittleEndian.Uint32(b[8:]))
		data := b[12:][:n]
		sum(data, binary.LittleEndian.Uint32(b[12+n:]))
		b = b[16+n:]
		all = append(all, parseEvent(t, data))
	}
	return all
}

func parseEvent(t *testing.T, data []byte) event {
	e := event{scalars: map[string]float32{}}
	for _, f := range fields(t, data) {
		switch f.number {
		case 2:
			e.step = int(f.varint)
		case 3:
			e.version = string(f.bytes)
		case 5:
			for _, v := range fields(t, f.bytes) {
				s := fields(t, v.bytes)
				e.scalars[string(s[0].bytes)] = math.Float32frombits(uint32(s[1].varint))
			}
		case 7:
			e.starts = fields(t, f.bytes)[0].varint == 1
		}
	}
	return e
}

type field struct {
	number protowire.Number
	varint uint64 // or the bits of a fixed one
	bytes  []byte
}

func fields(t *testing.T, b []byte) (all []field) {
	t.Helper()
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		b = b[max(n, 0):]
		f := field{number: number}
		switch kind {
		case protowire.VarintType:
			f.varint, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.varint = uint64(v)
		case protowire.Fixed64Type:
			f.varint, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(b)
		}
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		b = b[n:]
		all = append(all, f)
	}
	return all
}
