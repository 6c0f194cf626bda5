// Package pipeline is the live loop: the newest frame of a source, searched
// by a detector, its objects followed from frame to frame, and what comes of
// that as events.
//
// A Loop reads one Source. One goroutine reads frames into a mailbox of one
// place, where a newer frame takes the place of an older one; another takes
// the newest, works on it and releases it. So what is worked on is never old,
// however slow the work is, and what is left out is counted. Loops share
// threads by a Turns, which gives each its turn.
//
// What leaves a Loop is an Event (a track came, left, crossed a line), a View
// (what is in a frame, once it has been worked on) and Stats (how fast, how
// old, how many were left out). Sinks take the first two, and are called on
// the loop's goroutine: one that may be slow goes behind a Queue.
//
// In the steady state a frame allocates nothing.
package pipeline
