package cli

import (
	"github.com/ocellus-vision/ocellus/nn"
	"github.com/ocellus-vision/ocellus/vision/meta"
)

// ClassifierFlags say of a classifier what its metadata does not: the names of
// its classes, and how a picture becomes its input.
type ClassifierFlags struct {
	Labels string `help:"Names of the classes, where the model has none: a file with a name a line." placeholder:"FILE" group:"describe"`
	PictureFlags
}

// Describe changes m, the metadata of the model g, as the flags say. A model
// without any becomes a classifier by --colour, from which all else has a
// default. Errors are of exit code Usage, or of the file of labels.
func (f *ClassifierFlags) Describe(g *nn.Graph, m *meta.Model) error {
	if err := f.PictureFlags.Describe(g, m); err != nil {
		return err
	}
	if f.Labels != "" {
		names, err := ReadLabels(f.Labels)
		if err != nil {
			return err
		}
		m.Labels = names
	}
	switch {
	case m.Task == "" && m.Head == nil && m.Preprocess != nil:
		m.Task = "classify"
	case m.Task == "":
		return Usagef("the model's metadata does not say how a picture becomes its input: give --colour, and what else of --mean, --scale, --fit and --size it was trained with")
	}
	return nil
}
