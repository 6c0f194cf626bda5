// Package identify is the stage of a loop that tells whose the faces are that
// it follows. In a frame that is still held it looks at one face at most: that
// of a track about which nothing is decided before others, and of those the
// one that has waited longest. A face that is too small, blurred, dark or
// turned away is passed over; any other is embedded, held against those who
// are known, and what comes of it is one vote of its track (package vote).
//
//	pipeline.View → whose turn → face.Looker → face.Matcher → vote.Voter → Track.Identity
package identify
