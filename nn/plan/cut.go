package plan

// cut is how a product is cut into pieces: blocks of tiles of rows against
// blocks of panels of columns, for each group. The panels of a block stay in
// cache from piece to piece.
type cut struct {
	tiles, panelCount           int // of all rows; of one group
	tilesPerPart, panelsPerPart int
}

// A piece has about this many multiply-accumulates of floats, so that helpers
// find enough pieces and a piece ends soon; and as many panels of weights as
// stay in a second-level cache while the tiles go by.
const (
	pieceMACs       = 2 << 20
	panelBlockBytes = 192 << 10
)

// newCut cuts m rows and n columns into tiles of mr by nr and depth products
// for each element. A panel has so many bytes, a piece about so many
// multiply-accumulates.
func newCut(m, n, mr, nr, depth, panelBytes, macs int) cut {
	c := cut{tiles: (m + mr - 1) / mr, panelCount: (n + nr - 1) / nr}
	c.panelsPerPart = min(c.panelCount, max(1, panelBlockBytes/panelBytes))
	c.tilesPerPart = min(c.tiles, max(1, macs/(depth*nr*mr*c.panelsPerPart)))
	return c
}

func (c *cut) panelBlocks() int { return (c.panelCount + c.panelsPerPart - 1) / c.panelsPerPart }

func (c *cut) tileBlocks() int { return (c.tiles + c.tilesPerPart - 1) / c.tilesPerPart }

// piece is a group, and the panels and tiles from the first up to
// the last, which is not included.
type piece struct{ group, firstPanel, lastPanel, firstTile, lastTile int }

// piece returns piece i. Blocks of tiles go by within a block of panels.
func (c *cut) piece(i int) piece {
	i, t := i/c.tileBlocks(), i%c.tileBlocks()
	g, p := i/c.panelBlocks(), i%c.panelBlocks()
	return piece{g, p * c.panelsPerPart, min((p+1)*c.panelsPerPart, c.panelCount),
		t * c.tilesPerPart, min((t+1)*c.tilesPerPart, c.tiles)}
}
