// Package track follows objects from frame to frame and gives each a number
// that stays the same while it is in sight.
//
// The method is that of SORT (Bewley et al., Simple Online and Realtime
// Tracking, 2016): a Kalman filter of constant velocity for each track says
// where its box should be now, and the Hungarian algorithm pairs those boxes
// with the detections by the area that they share. From ByteTrack (Zhang et
// al., 2022) come the two stages: detections of a high score are paired
// first, and tracks that are left are then sought among those of a low score,
// so that an object half hidden goes on being followed but never starts a
// track. Time is in seconds throughout, as frames of a real camera come
// unevenly: nothing is counted in frames but the hits that confirm a track.
//
// A Tracker serves one goroutine and one camera. Once warm, Update allocates
// nothing.
package track
