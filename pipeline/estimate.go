package pipeline

import "time"

// estimate foretells what the work on a frame will take: of each stage the
// mean of late, newer frames weighing more.
type estimate [StageCount]time.Duration

const (
	newestShare = 8  // of the newest frame in the mean: an eighth
	forget      = 16 // what a frame that was left out takes off: a sixteenth
)

// learn takes in what a frame took. Stages that it left out stay as they were.
func (e *estimate) learn(t *StageTimes) {
	for s := StageDecode; s < StageCount; s++ {
		switch d := t[s]; {
		case d == 0:
		case e[s] == 0:
			e[s] = d
		default:
			e[s] += (d - e[s]) / newestShare
		}
	}
}

// relent makes the estimate less, since a frame was left out by it: else one
// long hiccup would keep all frames out for ever.
func (e *estimate) relent() {
	for s := range e {
		e[s] -= e[s] / forget
	}
}

// from returns what the stages from s on will take, but for publishing, which
// comes when all is decided, and faces, which can be put off to another frame.
func (e *estimate) from(s Stage) time.Duration {
	sum := time.Duration(0)
	for ; s < StageFaces; s++ {
		sum += e[s]
	}
	return sum
}
