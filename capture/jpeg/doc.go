// Package jpeg decodes baseline JPEG as cameras send it, one picture after
// another, into memory that is used again: in the steady state nothing is
// allocated. Frames without Huffman tables, as USB video cameras send them,
// get those of ITU-T T.81 annex K. The result is planar YCbCr, at full size
// or scaled by 1/2, 1/4 or 1/8 on the way through the transform.
//
// Progressive, arithmetic, lossless, 12-bit and four-colour JPEGs are refused:
// no camera streams them, and package vision reads what lies in files.
package jpeg
