package kernels

import "fmt"

// ErrKernel says that a row computes something else than its specification on
// this machine.
type ErrKernel struct {
	Table, Row, Case string
}

func (e *ErrKernel) Error() string {
	return fmt.Sprintf("kernel %s of %s gives a wrong result for %s: this machine or this build is broken", e.Row, e.Table, e.Case)
}

// Answer says of a row of kernels whether it gives its known answers here.
type Answer struct {
	Table, Row string
	Err        error // an *ErrKernel, or nil
}

// KnownAnswers runs the known answers of every kernel that a CPU with the
// features f can run, which takes milliseconds. Integer rows must give the
// bits of the specification, rows in float32 what lies within their bounds.
func KnownAnswers(f Features) []Answer {
	var all []Answer
	for _, r := range GemmI8Rows(f) {
		all = append(all, Answer{"gemm int8", r.Name, r.KnownAnswer()})
	}
	for _, t := range []struct {
		name string
		rows []*TapsI8
	}{{"depthwise int8", DepthwiseI8Rows(f)}, {"maxpool int8", MaxPoolI8Rows(f)}, {"avgpool int8", AvgPoolI8Rows(f)}} {
		for _, r := range t.rows {
			all = append(all, Answer{t.name, r.Name, r.KnownAnswer(t.rows[len(t.rows)-1])})
		}
	}
	for _, r := range ElementI8Rows(f) {
		all = append(all, Answer{"element int8", r.Name, r.KnownAnswer()})
	}
	for _, r := range SoftmaxI8Rows(f) {
		all = append(all, Answer{"softmax int8", r.Name, r.KnownAnswer()})
	}
	for _, r := range MoveI8Rows(f) {
		all = append(all, Answer{"move int8", r.Name, r.KnownAnswer()})
	}
	for _, r := range ResizeI8Rows(f) {
		all = append(all, Answer{"resize int8", r.Name, r.KnownAnswer()})
	}
	for _, r := range WinogradI8Rows(f) {
		all = append(all, Answer{"winograd int8", r.Name, r.KnownAnswer()})
	}
	all = append(all, knownAnswersPicture(f)...)
	return append(all, knownAnswersF32(f)...)
}

// sequence is a generator of bytes for known answers (Marsaglia's xorshift).
type sequence uint32

func (s *sequence) next() byte {
	*s ^= *s << 13
	*s ^= *s >> 17
	*s ^= *s << 5
	return byte(*s >> 11)
}

func (s *sequence) fill(p []uint8) []uint8 {
	for i := range p {
		p[i] = s.next()
	}
	return p
}

// weight returns −127..127, often one of the two.
func (s *sequence) weight() int8 {
	switch w := int8(s.next()); {
	case w == -128, w > 100:
		return 127
	case w < -100:
		return -127
	default:
		return w
	}
}

// wholes returns n floats that are whole numbers from −8 to 7: some hundreds
// of their products add up without rounding, in any order.
func (s *sequence) wholes(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(int8(s.next()) >> 4)
	}
	return v
}

// reals returns n floats from −most to most.
func (s *sequence) reals(n int, most float32) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(int32(s.next())<<16|int32(s.next())<<8|int32(s.next())-1<<23) * most * 0x1p-23
	}
	return v
}
