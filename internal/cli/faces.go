package cli

// FaceFlags say with which models, and how, faces are told apart.
type FaceFlags struct {
	Detector  string `help:"Model that finds the faces: a name, or an ONNX file." default:"blazeface-back" placeholder:"NAME|FILE"`
	Landmarks string `help:"Model that finds their landmarks; none: the detector's own are used." default:"face-landmark-68" placeholder:"NAME|FILE|none"`
	Model     string `help:"Model that makes the embeddings." default:"face-128" placeholder:"NAME|FILE"`
	ModelsFlag
	Score  *float32 `help:"Least score of a face, 0 to 1, in place of the detector's own." placeholder:"SCORE"`
	Mirror bool     `help:"Average each embedding with that of the mirrored face; takes longer."`
	Margin float64  `help:"What the model sees beyond its template on each side, as a share of its input's side." default:"0" placeholder:"SHARE"`
}

// FaceFiles are the ONNX files of FaceFlags; Landmarks is "" for none.
type FaceFiles struct{ Detector, Landmarks, Embedder string }

// Files finds the files, or says which is not there and how it gets there.
func (f *FaceFlags) Files() (files FaceFiles, err error) {
	if !(f.Margin > -0.4 && f.Margin < 2) {
		return files, Usagef("--margin %v is outside -0.4 to 2", f.Margin)
	}
	if f.Score != nil && !(*f.Score >= 0 && *f.Score <= 1) {
		return files, Usagef("--score %v is outside 0 to 1", *f.Score)
	}
	for _, m := range []struct {
		file *string
		name string
	}{{&files.Detector, f.Detector}, {&files.Landmarks, f.Landmarks}, {&files.Embedder, f.Model}} {
		if m.file == &files.Landmarks && m.name == "none" {
			continue
		}
		if *m.file, err = f.Resolve(m.name); err != nil {
			return files, err
		}
	}
	return files, nil
}
