// Package kernels computes the inner loops: slices and pointers in, slices
// and pointers out, on the calling goroutine, without allocation. It imports
// nothing of Ocellus.
//
// A kernel is a row of a table: a name, the CPU features it needs, its tile,
// and a function. The last row of every table is generic Go, which is the
// specification that tests hold the others against. Rows are chosen once, at
// Compile, by Features; nothing is switched behind anyone's back.
//
// A kernel's arguments are a struct that the caller keeps: through a func
// value, arguments on the stack would escape.
//
// Assembly cannot be preempted, so one call is kept well under 100 µs of
// work: callers hand over a tile or a strip, not a layer.
package kernels
