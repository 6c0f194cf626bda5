package train

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ocellus-vision/ocellus/internal/atomicfile"
)

// LogFile is the name of a run's log in its folder: a line of JSON for some of
// its steps and each of its epochs.
const LogFile = "log.jsonl"

// logEvery is how many steps lie between lines of the log.
const logEvery = 50

// journal writes a log, and the same figures for TensorBoard. One without a file
// writes nothing.
type journal struct {
	file   string
	out    *os.File
	events events
	last   time.Time // of the last line
	seen   int       // examples of the epoch up to then
}

// logLine is a line of a log.
type logLine struct {
	Step     int     `json:"step"`
	Epoch    int     `json:"epoch"`
	Loss     float64 `json:"loss"` // mean of the epoch so far
	Accuracy float64 `json:"accuracy"`
	Rate     float64 `json:"rate"`
	Speed    float64 `json:"examples_per_second,omitempty"` // since the line before
	Ended    *Epoch  `json:"ended,omitempty"`               // on a line that ends an epoch
	Time     string  `json:"time"`
}

// begin opens the log for a run that has done so many steps: what was logged
// after them is done once more, and leaves the log.
func (j *journal) begin(steps int) error {
	if j.file == "" {
		return nil
	}
	kept, err := keptLines(j.file, steps)
	if err != nil {
		return err
	}
	if err := atomicfile.Write(j.file, func(w io.Writer) error { _, err := w.Write(kept); return err }); err != nil {
		return err
	}
	if j.out, err = os.OpenFile(j.file, os.O_APPEND|os.O_WRONLY, 0); err != nil {
		return err
	}
	j.last = time.Now()
	return j.events.begin(filepath.Dir(j.file), steps)
}

// keptLines are the lines of a log up to a step. A line that was cut short by
// the end of a process is none.
func keptLines(file string, steps int) ([]byte, error) {
	if steps == 0 {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var kept []byte
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var l logLine
		if json.Unmarshal(lines.Bytes(), &l) == nil && l.Step <= steps {
			kept = append(append(kept, lines.Bytes()...), '\n')
		}
	}
	return kept, nil
}

func (j *journal) add(s *Step) error {
	if j.out == nil || s.Ended == nil && s.Step%logEvery != 0 {
		return nil
	}
	l := logLine{Step: s.Step, Epoch: s.Epoch, Loss: s.Running.Loss, Accuracy: s.Running.Accuracy(), Rate: s.Rate, Ended: s.Ended}
	now := time.Now()
	if took := now.Sub(j.last).Seconds(); took > 0 && s.Running.Seen > j.seen {
		l.Speed = float64(s.Running.Seen-j.seen) / took
	}
	j.last, j.seen = now, s.Running.Seen
	if s.Ended != nil {
		j.seen = 0
	}
	l.Time = now.UTC().Format(time.RFC3339)
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = j.out.Write(append(b, '\n'))
	return errors.Join(err, j.events.add(&l))
}

func (j *journal) close() {
	if j.out != nil {
		j.out.Close()
	}
	j.events.close()
}
