// Package vote decides who a tracked face belongs to from several looks at
// it. One look may be wrong: a blurred frame, a turned head, two people who
// resemble each other. A name is decided once N of the last M looks agree on
// it; that nobody known is there is a decision of its own, not the lack of
// one.
package vote
