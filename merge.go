package ocellus

import "github.com/ocellus-vision/ocellus/vision"

// within is the share of a box that must lie in a better one of its class for
// it to be a part of that object: an eye and a cheek that a small tile took
// for a face.
const within = 0.6

// merge makes one list, best first, of what was found in several regions.
// An object that two regions both show, or of which one shows a part, is kept
// once, as the better of them saw it.
func merge(dets []vision.Detection, iou float32) []vision.Detection {
	// Boxes that were suppressed within their region already are means over
	// many anchors; between regions the better view wins, not the mean.
	best := vision.NMS(dets, vision.NMSConfig{IoU: iou, Mode: vision.Hard, TopK: -1})
	kept := make([]vision.Detection, 0, len(best))
	for _, d := range best {
		if !inside(&d, kept) {
			kept = append(kept, d)
		}
	}
	return kept
}

func inside(d *vision.Detection, kept []vision.Detection) bool {
	for i := range kept {
		if k := &kept[i]; k.Class == d.Class && (d.Box.Coverage(k.Box) > within || k.Box.Coverage(d.Box) > within) {
			return true
		}
	}
	return false
}
