package loss

// Content is half the mean squared difference of features and those of the
// picture whose content is wanted, of one layer (after Gatys et al., "Image
// style transfer using convolutional neural networks", 2016, whose sum is a
// mean here). It fills grad.
func Content[T Float](features, want, grad []T) float64 {
	fits("want", len(want), len(features))
	fits("grad", len(grad), len(features))
	if len(features) == 0 {
		return 0
	}
	loss, n := 0.0, float64(len(features))
	for i, v := range features {
		d := float64(v) - float64(want[i])
		loss += d * d / 2
		grad[i] = T(d / n)
	}
	return loss / n
}

// Gram fills gram [channels channels] with the products of the channels of
// features [channels pixels], over the number of features: what is left of a
// picture's style when its places are forgotten (ibid.).
func Gram[T Float](features []T, channels int, gram []float64) {
	fits("gram", len(gram), channels*channels)
	pixels := len(features) / channels
	fits("features", len(features), channels*pixels)
	for i := range channels {
		a := features[i*pixels:][:pixels]
		for j := range i + 1 {
			sum := 0.0
			for p, v := range features[j*pixels:][:pixels] {
				sum += float64(v) * float64(a[p])
			}
			sum /= float64(len(features))
			gram[i*channels+j], gram[j*channels+i] = sum, sum
		}
	}
}

// Style is the mean squared difference of the Gram matrices of features
// [channels pixels] and of the style that is wanted. gram is memory of the
// size of want, for what it computes. It fills grad.
func Style[T Float](features []T, channels int, want, gram []float64, grad []T) float64 {
	fits("want", len(want), channels*channels)
	fits("grad", len(grad), len(features))
	Gram(features, channels, gram)
	loss, n := 0.0, float64(len(want))
	for i, g := range gram {
		d := g - want[i]
		loss += d * d / n
		gram[i] = d
	}
	// ∂Gram[i,j]/∂f[k] counts twice, for the matrix is symmetric.
	pixels, scale := len(features)/channels, 4/(n*float64(len(features)))
	for i := range channels {
		for p := range pixels {
			sum := 0.0
			for j := range channels {
				sum += gram[i*channels+j] * float64(features[j*pixels+p])
			}
			grad[i*pixels+p] = T(scale * sum)
		}
	}
	return loss
}
