package v4l2

// The structures below are those of the kernel's include/uapi/linux/videodev2.h
// as they lie in memory on 64-bit machines; abi_test.go holds every size,
// offset and request number against it.

type capability struct {
	driver       [16]byte
	card         [32]byte
	bus          [32]byte
	version      uint32
	capabilities uint32
	deviceCaps   uint32
	_            [3]uint32
}

type fmtDesc struct {
	index       uint32
	kind        uint32
	flags       uint32
	description [32]byte
	pixelFormat uint32
	mbusCode    uint32
	_           [3]uint32
}

type frameSize struct {
	index       uint32
	pixelFormat uint32
	kind        uint32
	// minWidth and minHeight of a range; of a discrete size minWidth is the
	// width and maxWidth the height.
	minWidth, maxWidth, stepWidth    uint32
	minHeight, maxHeight, stepHeight uint32
	_                                [2]uint32
}

type fraction struct{ num, den uint32 }

type frameInterval struct {
	index         uint32
	pixelFormat   uint32
	width, height uint32
	kind          uint32
	min           fraction // or the discrete one
	max, step     fraction
	_             [2]uint32
}

type pixFormat struct {
	width, height uint32
	pixelFormat   uint32
	field         uint32
	bytesPerLine  uint32
	sizeImage     uint32
	colourSpace   uint32
	priv          uint32
	flags         uint32
	encoding      uint32
	quantisation  uint32
	transfer      uint32
}

type format struct {
	kind uint32
	_    uint32
	pix  pixFormat
	_    [200 - 48]byte
}

type streamParm struct {
	kind         uint32
	capability   uint32
	mode         uint32
	timePerFrame fraction
	_            [200 - 16]byte
}

type requestBuffers struct {
	count  uint32
	kind   uint32
	memory uint32
	caps   uint32
	flags  uint32 // with 3 reserved bytes
}

type timecode struct {
	kind, flags                     uint32
	frames, seconds, minutes, hours uint8
	_                               [4]uint8
}

type buffer struct {
	index     uint32
	kind      uint32
	bytesUsed uint32
	flags     uint32
	field     uint32
	_         uint32
	sec, usec int64
	timecode  timecode
	sequence  uint32
	memory    uint32
	offset    uint64 // a union: the first 4 bytes, on little-endian machines
	length    uint32
	_         uint32
	request   uint32
	_         uint32
}

type queryControl struct {
	id     uint32
	kind   uint32
	name   [32]byte
	min    int32
	max    int32
	step   int32
	preset int32
	flags  uint32
	_      [2]uint32
}

type control struct {
	id    uint32
	value int32
}

// Request numbers: direction, size and number of a structure.
const (
	reqQueryCap       = 0x80685600
	reqEnumFmt        = 0xc0405602
	reqSetFmt         = 0xc0d05605
	reqReqBufs        = 0xc0145608
	reqQueryBuf       = 0xc0585609
	reqQBuf           = 0xc058560f
	reqDQBuf          = 0xc0585611
	reqStreamOn       = 0x40045612
	reqStreamOff      = 0x40045613
	reqGetParm        = 0xc0cc5615
	reqSetParm        = 0xc0cc5616
	reqGetCtrl        = 0xc008561b
	reqSetCtrl        = 0xc008561c
	reqQueryCtrl      = 0xc0445624
	reqFrameSizes     = 0xc02c564a
	reqFrameIntervals = 0xc034564b
)

const (
	bufCapture = 1
	memoryMmap = 1

	capCapture    = 0x1
	capCapturePL  = 0x1000 // multi-planar
	capStreaming  = 0x04000000
	capDeviceCaps = 0x80000000

	fmtEmulated = 0x2

	kindDiscrete = 1

	fieldAny  = 0
	fieldNone = 1

	parmTimePerFrame = 0x1000

	bufError          = 0x40
	bufStampMask      = 0xe000
	bufStampMonotonic = 0x2000

	spaceSMPTE240M = 2
	space709       = 3
	spaceJPEG      = 7
	encoding709    = 2
	encodingXV709  = 4
	rangeFull      = 1
	rangeLimited   = 2

	ctrlNext     = 0x80000000
	ctrlDisabled = 0x1
	ctrlInactive = 0x10
	ctrlInteger  = 1
	ctrlBoolean  = 2
	ctrlMenu     = 3
	ctrlButton   = 4
	ctrlClass    = 6
)
