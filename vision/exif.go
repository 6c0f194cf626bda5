package vision

import (
	"bytes"
	"encoding/binary"
)

// exifPrefix stands before the TIFF data in a JPEG's APP1 segment, and in the
// EXIF chunk of some WebP files.
const exifPrefix = "Exif\x00\x00"

// exifOrientation returns the value of the orientation tag (EXIF 2.3, tag
// 0x0112) in the first directory of b, which is TIFF data with or without
// exifPrefix. It is 1, as it is, when there is none that makes sense.
func exifOrientation(b []byte) int {
	b = bytes.TrimPrefix(b, []byte(exifPrefix))
	if len(b) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(b[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	dir := int64(order.Uint32(b[4:]))
	if dir+2 > int64(len(b)) {
		return 1
	}
	entries := b[dir+2:]
	// The count is 16 bits wide, and each entry takes 12 bytes that are there.
	for n := int(order.Uint16(b[dir:])); n > 0 && len(entries) >= 12; n, entries = n-1, entries[12:] {
		if order.Uint16(entries) != 0x0112 {
			continue
		}
		kind, v := order.Uint16(entries[2:]), uint32(0)
		switch kind {
		case 3: // 16 bits, in the first half of the value field
			v = uint32(order.Uint16(entries[8:]))
		case 4:
			v = order.Uint32(entries[8:])
		}
		if v >= 1 && v <= 8 {
			return int(v)
		}
		return 1
	}
	return 1
}
