package augment

// changes is the table of what policies are made of.
var changes = []change{
	{name: "mirror", help: "left for right; landmarks of pairs change places", chance: 0.5, run: mirror},
	{name: "flip", help: "top for bottom", chance: 0.5, run: flip},
	{name: "crop", help: "moved by up to 4 pixels, black about it", chance: 1, params: []param{{"pixels", 4, 0, 1000}}, run: crop},
	{name: "resized-crop", help: "a part of at least 0.35 of its area, at the size of the whole", chance: 1,
		params: []param{{"least share", 0.35, 0.01, 1}}, run: resizedCrop},
	{name: "affine", help: "turned by degrees, scaled by a share, sheared by degrees, moved by a share", chance: 1,
		params: []param{{"degrees", 10, 0, 180}, {"scale", 0.1, 0, 0.9}, {"shear", 0, 0, 60}, {"shift", 0.05, 0, 0.9}}, run: affine},
	{name: "colour", help: "hue by a tenth of that, saturation and brightness by a share", chance: 1,
		params: []param{{"share", 0.2, 0, 1}}, run: colour},
	{name: "pca", help: "one colour added, along the main components of natural pictures", chance: 1,
		params: []param{{"deviation", 0.1, 0, 10}}, run: pca},
	{name: "cutout", help: "a square covered, in pixels or as a share of the shorter side", chance: 1,
		params: []param{{"side", 8, 0, 10000}}, run: cutout},
	{name: "mosaic", help: "four pictures in one, for boxes only", chance: 1, mix: mosaic},
	{name: "noise", help: "noise of up to that deviation, of 255", chance: 1, params: []param{{"deviation", 12, 0, 128}}, run: noise},
	{name: "blur", help: "a Gaussian of up to so many pixels", chance: 1, params: []param{{"deviation", 1.5, 0, 50}}, run: blur},
	{name: "jpeg", help: "what JPEG of at least that quality loses", chance: 1, params: []param{{"quality", 30, 1, 100}}, run: artefacts},
	{name: "lowlight", help: "darkened to at least that share, and noisy", chance: 1, params: []param{{"share", 0.3, 0.01, 1}}, run: lowlight},
}
