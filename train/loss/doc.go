// Package loss has the functions that training makes small: of the outputs of
// a network and what they should be they compute one number and its gradient
// by the outputs.
//
// All return the mean over the examples of a batch and write the gradient of
// that mean, so that the rate of learning does not depend on the batch. They
// exist for float32, which trains, and float64, in which they are checked;
// sums are float64 in either, in the order of the elements. None allocates
// but where it says so, and none keeps what it is given.
//
// Lengths that do not fit are a mistake in the program, and panic.
package loss

import "fmt"

// Float is an element of outputs and gradients.
type Float interface{ ~float32 | ~float64 }

// fits panics unless a slice has the length that it must have.
func fits(what string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("loss: %s has %d elements, want %d", what, got, want))
	}
}
