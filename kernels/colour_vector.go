//go:build (amd64 || arm64) && !purego

package kernels

import "unsafe"

//go:noescape
func yuyvBlocks(dst, a, b, c *uint8, n int, m *YCC)

//go:noescape
func uyvyBlocks(dst, a, b, c *uint8, n int, m *YCC)

//go:noescape
func colourPairBlocks(dst, a, b, c *uint8, n int, m *YCC)

//go:noescape
func colourPlaneBlocks(dst, a, b, c *uint8, n int, m *YCC)

// colourBlock is how many pixels the assembly converts at a time. What is left
// over is done in Go.
const colourBlock = 16

func byteAt(p *uint8, i int) *uint8 { return (*uint8)(unsafe.Add(unsafe.Pointer(p), i)) }

func yuyvVector(dst, a, b, c *uint8, n int, m *YCC) {
	yuyvBlocks(dst, a, b, c, n, m)
	if k := n &^ (colourBlock - 1); k < n {
		yuyvGeneric(byteAt(dst, 3*k), byteAt(a, 2*k), nil, nil, n-k, m)
	}
}

func uyvyVector(dst, a, b, c *uint8, n int, m *YCC) {
	uyvyBlocks(dst, a, b, c, n, m)
	if k := n &^ (colourBlock - 1); k < n {
		uyvyGeneric(byteAt(dst, 3*k), byteAt(a, 2*k), nil, nil, n-k, m)
	}
}

func colourPairsVector(dst, a, b, c *uint8, n int, m *YCC) {
	colourPairBlocks(dst, a, b, c, n, m)
	if k := n &^ (colourBlock - 1); k < n {
		colourPairsGeneric(byteAt(dst, 3*k), byteAt(a, k), byteAt(b, k), nil, n-k, m)
	}
}

func colourPlanesVector(dst, a, b, c *uint8, n int, m *YCC) {
	colourPlaneBlocks(dst, a, b, c, n, m)
	if k := n &^ (colourBlock - 1); k < n {
		colourPlanesGeneric(byteAt(dst, 3*k), byteAt(a, k), byteAt(b, k/2), byteAt(c, k/2), n-k, m)
	}
}
