// Package onnx reads and writes ONNX, the one saved form of Ocellus.
//
// The reader takes IR version 3 and up and operator sets up to [MaxOpset],
// and translates every operator into its newest form, which is the form that
// the operations of package nn have. What cannot be translated is refused
// with an error that names the node. The writer emits the newest forms.
//
// The wire format is read field by field rather than through generated code,
// so that every length is held against what the file has before memory is
// taken for it: a file of n bytes never makes the reader take more than a
// small multiple of n. Messages that Ocellus does not use (subgraphs, functions, quantisation
// annotations) are skipped without being parsed, which bounds nesting.
//
// Reference: onnx.proto and Operators.md of the ONNX project.
package onnx

// Limits of the reader. Real networks stay far below them.
const (
	maxNodes    = 1 << 18
	maxTensors  = 1 << 18
	maxValues   = 1 << 19 // graph inputs and outputs
	maxOperands = 1 << 16 // of one node, and results
	maxAttrs    = 256     // of one node
	maxAllAttrs = 1 << 20 // of all nodes
	maxOpsets   = 256
	maxMeta     = 1 << 14
	maxNameLen  = 4096
	maxFileSize = 1 << 31 // protobuf's own limit on a message
)

// The versions that the reader accepts and the writer may claim.
const (
	MinIR    = 3
	MaxIR    = 13
	MaxOpset = 25
)
