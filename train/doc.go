// Package train makes the parameters of a network fit a data set: it runs the
// epochs of a plan.Trainer, judges the network meanwhile by pictures that it
// does not learn from, and keeps checkpoints from which a run that was stopped,
// however suddenly, goes on to the same bytes that it would have come to.
//
// A run hangs on its Config and on the data alone: not on the number of
// threads, nor on when it was stopped. Everything random is drawn from the
// seed, the epoch and the number of the example.
package train
