// Package motion tells whether anything moves, from a small grid of
// brightness, so that a detector need not look at pictures in which nothing
// does.
//
// The grid is held against a background that follows slowly, each cell with a
// noise level of its own (a running mean and mean deviation in place of the
// running Gaussian of Wren et al., Pfinder, 1997). Before that, what the whole
// picture has in common is taken out: the gain and the offset between
// background and grid on which most cells agree, so that clouds and a camera's
// automatic exposure move nothing. A sudden change of most cells is light
// and not motion, and starts a new background; so does another scene, as after
// a cut, of which the edges are not where they were in the frame before.
package motion
