// Package plan turns a graph into a plan that runs: Compile binds the shapes
// of the inputs, infers and folds, fuses, assigns layouts, chooses kernels and
// lays every intermediate value out in one arena. Whatever can be wrong fails
// there, naming node and shapes.
//
// A Plan is immutable and may be shared. A Runner owns an arena and runs the
// plan; Run allocates nothing. A Pool is a set of persistent workers that any
// number of Runners share.
//
// The order of the files is the order of the journey: bind, infer, fuse,
// layout, lower, arena, runner, pool; conv, dense, window and element are
// the steps with kernels of their own, forward is the step for all else.
package plan
