package data

// DebianFashion is where Debian's package dataset-fashion-mnist installs.
const DebianFashion = "/usr/share/datasets/fashion-mnist"

// fashionClasses are those of Fashion-MNIST: H. Xiao, K. Rasul and R. Vollgraf,
// "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
// Algorithms", 2017.
var fashionClasses = []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}

// fashion reads Fashion-MNIST; no folder is that of Debian's package.
func fashion(dir, part string, _ Options) (*Labelled, error) {
	if dir == "" {
		if dir = DebianFashion; !isDir(dir) {
			return nil, bad(dir, 0, "is not here: on Debian, apt-get install dataset-fashion-mnist; elsewhere name a folder with the four files")
		}
	}
	s, err := MNIST(dir, part)
	if err != nil {
		return nil, err
	}
	if len(s.Classes) > len(fashionClasses) {
		return nil, bad(dir, 0, "has labels up to %d, Fashion-MNIST's end at %d", len(s.Classes)-1, len(fashionClasses)-1)
	}
	s.Classes = fashionClasses
	return s, nil
}
