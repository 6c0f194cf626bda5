// Package zone says where in the picture things are and what that means:
// zones that tracks enter, stay in and leave, lines that they cross, masks
// that make detections count or not, and thresholds a class. All positions
// and areas are shares of the picture, 0 to 1, so that they hold at every
// resolution.
package zone
