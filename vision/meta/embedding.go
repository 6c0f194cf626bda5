package meta

// Metric says how far apart two embeddings are.
type Metric string

// The metrics.
const (
	Euclidean Metric = "euclidean" // the length of their difference, 0 and more
	Cosine    Metric = "cosine"    // one less the cosine of their angle, 0 to 2
)

// Embedding says how the outputs of an embedder are compared.
type Embedding struct {
	Metric Metric `json:"metric"`
	// Threshold is the distance below which two pictures are of one person.
	Threshold float64 `json:"threshold"`
	// FAR is how often a distance below a threshold came of two people, as far
	// as that has been measured; the thresholds rise.
	FAR []FAR `json:"far,omitempty"`
	// FAROf says what it was measured on.
	FAROf string `json:"far_of,omitempty"`
}

// FAR is the rate of false accepts, 0 to 1, at a threshold on distances.
type FAR struct {
	Threshold float64 `json:"threshold"`
	Rate      float64 `json:"rate"`
}

// maxFAR bounds the table.
const maxFAR = 10_000

func (e *Embedding) check() error {
	switch {
	case e == nil:
		return nil
	case e.Metric != Euclidean && e.Metric != Cosine:
		return bad(keyEmbedding, "metric %q is unknown; one of %s, %s", clipped(string(e.Metric)), Euclidean, Cosine)
	case !(e.Threshold > 0 && e.Threshold < 1e6):
		return bad(keyEmbedding, "threshold %v is no distance", e.Threshold)
	case len(e.FAR) > maxFAR:
		return bad(keyEmbedding, "far has %d rows, the limit is %d", len(e.FAR), maxFAR)
	}
	for i, f := range e.FAR {
		if !(f.Rate >= 0 && f.Rate <= 1) {
			return bad(keyEmbedding, "far has the rate %v, outside 0 to 1", f.Rate)
		}
		if i > 0 && !(f.Threshold > e.FAR[i-1].Threshold && f.Rate >= e.FAR[i-1].Rate) {
			return bad(keyEmbedding, "far does not rise at threshold %v", f.Threshold)
		}
	}
	return nil
}
