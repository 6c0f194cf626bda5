// Package arch holds no code: its tests state which packages of Ocellus may
// import which, and hold the source tree to it. The table is in
// arrows_test.go; ARCHITECTURE.md draws it.
package arch
