// Package vision holds what surrounds a network that looks at pictures:
// loading pictures, boxes and detections, suppression of duplicates, the way
// from a picture into a network's input and back, tiling, and drawing.
//
// Coordinates are continuous pixels: pixel (i, j) covers [i, i+1) × [j, j+1),
// its centre is (i+0.5, j+0.5), and a whole picture is the box 0, 0, W, H.
// All coordinates are those of the picture as seen, that is with its EXIF
// orientation applied.
package vision
