package train

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// EventsPattern matches the files in a run's folder that TensorBoard reads.
const EventsPattern = "events.out.tfevents.*"

// events writes figures as TensorBoard reads them: records of TensorFlow, each
// an Event of tensorflow/core/util/event.proto. A process writes a file of its
// own, since such files are never cut. The zero events writes nothing.
type events struct{ out *os.File }

// begin opens a file in dir for a run that has done so many steps. Those of a
// run from its beginning are the only ones; otherwise TensorBoard is told to
// forget what it knows of later steps.
func (e *events) begin(dir string, steps int) (err error) {
	if steps == 0 {
		old, _ := filepath.Glob(filepath.Join(dir, EventsPattern)) // fails by its pattern alone
		for _, file := range old {
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	name := fmt.Sprintf("events.out.tfevents.%d.ocellus", time.Now().UnixMicro())
	if e.out, err = os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644); err != nil {
		return err
	}
	if err := e.write(0, protowire.AppendString(protowire.AppendTag(nil, eventVersion, protowire.BytesType), "brain.Event:2")); err != nil {
		return err
	}
	session := protowire.AppendVarint(protowire.AppendTag(nil, sessionStatus, protowire.VarintType), sessionStart)
	return e.write(steps, protowire.AppendBytes(protowire.AppendTag(nil, eventSession, protowire.BytesType), session))
}

// Fields of the messages, and the status of a session that starts.
const (
	eventTime     protowire.Number = 1
	eventStep     protowire.Number = 2
	eventVersion  protowire.Number = 3
	eventSummary  protowire.Number = 5
	eventSession  protowire.Number = 7
	summaryValue  protowire.Number = 1
	valueTag      protowire.Number = 1
	valueNumber   protowire.Number = 2
	sessionStatus protowire.Number = 1
	sessionStart                   = 1
)

// add writes what the log says of a step.
func (e *events) add(l *logLine) error {
	if e.out == nil {
		return nil
	}
	type scalar struct {
		tag   string
		value float64
	}
	all := []scalar{{"loss/train", l.Loss}, {"accuracy/train", l.Accuracy}, {"rate", l.Rate}}
	if l.Speed > 0 {
		all = append(all, scalar{"examples_per_second", l.Speed})
	}
	if l.Ended != nil && l.Ended.Validation.Seen > 0 {
		all = append(all, scalar{"loss/validation", l.Ended.Validation.Loss}, scalar{"accuracy/validation", l.Ended.Validation.Accuracy()})
	}
	var summary []byte
	for _, s := range all {
		v := protowire.AppendString(protowire.AppendTag(nil, valueTag, protowire.BytesType), s.tag)
		v = protowire.AppendFixed32(protowire.AppendTag(v, valueNumber, protowire.Fixed32Type), math.Float32bits(float32(s.value)))
		summary = protowire.AppendBytes(protowire.AppendTag(summary, summaryValue, protowire.BytesType), v)
	}
	return e.write(l.Step, protowire.AppendBytes(protowire.AppendTag(nil, eventSummary, protowire.BytesType), summary))
}

// write writes an Event of one field besides its time and step.
func (e *events) write(step int, field []byte) error {
	now := float64(time.Now().UnixMicro()) / 1e6
	b := protowire.AppendFixed64(protowire.AppendTag(nil, eventTime, protowire.Fixed64Type), math.Float64bits(now))
	b = protowire.AppendVarint(protowire.AppendTag(b, eventStep, protowire.VarintType), uint64(step))
	_, err := e.out.Write(record(append(b, field...)))
	return err
}

func (e *events) close() {
	if e.out != nil {
		e.out.Close()
	}
}

// record frames data as TensorFlow's record files do: its length, a checksum of
// that, the data, a checksum of those.
func record(data []byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, maskedCRC(b))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, maskedCRC(data))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// maskedCRC is a CRC-32C, turned and shifted as in record files, so that data
// which hold checksums keep good ones.
func maskedCRC(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}
