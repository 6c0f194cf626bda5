package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/ocellus-vision/ocellus"
	"github.com/ocellus-vision/ocellus/internal/cli"
	"github.com/ocellus-vision/ocellus/kernels"
)

type doctorCommand struct {
	cli.ModelsFlag
	JSON bool `help:"Print JSON."`
}

func (c *doctorCommand) Help() string {
	return `Examples:

    ocellus doctor                        what there is, and what is wrong
    ocellus doctor --models /srv/models
    OCELLUS_CPU=avx2 ocellus doctor       what would be chosen on a lesser CPU

The exit code is 4 when something is missing that detect needs. These variables change what
Ocellus does:

    OCELLUS_HOME      folder for what is fetched; else XDG_CACHE_HOME/ocellus or ~/.cache/ocellus
    OCELLUS_MODELS    folder of models, as --models
    OCELLUS_CPU       CPU features at most to use: generic, avx2, avxvnni, avx512, avx512vnni,
                      avx512vbmi, neon, fp16, dotprod, i8mm
    OCELLUS_REQUIRE   CPU features without which to fail`
}

// diagnosis is what is printed.
type diagnosis struct {
	Build    cli.Build         `json:"build"`
	CPU      string            `json:"cpu"`
	Cores    int               `json:"cores"`
	Detected string            `json:"detected"` // features of the CPU
	Used     string            `json:"used"`     // after OCELLUS_CPU
	Kernels  map[string]string `json:"kernels"`  // the row chosen, by table
	Models   string            `json:"models_dir"`
	Reason   string            `json:"models_dir_by"`
	Found    []foundModel      `json:"models"`
	Problems []string          `json:"problems"`
}

type foundModel struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Task  string `json:"task,omitempty"`
	Error string `json:"error,omitempty"`
}

// Run examines.
func (c *doctorCommand) Run(env *cli.Env) error {
	d := diagnosis{
		Build: cli.ReadBuild(), CPU: cli.CPU(), Cores: runtime.NumCPU(), Detected: kernels.Detect().String(),
		Kernels: map[string]string{}, Found: []foundModel{}, Problems: []string{},
	}
	d.examineCPU()
	d.examineModels(&c.ModelsFlag)
	var err error
	if c.JSON {
		err = env.JSON(&d)
	} else {
		err = d.print(env)
	}
	if err == nil && len(d.Problems) > 0 {
		return cli.Quiet(cli.Missing)
	}
	return err
}

func (d *diagnosis) problem(err error) { d.Problems = append(d.Problems, err.Error()) }

func (d *diagnosis) examineCPU() {
	f, err := kernels.Available()
	if err != nil {
		d.problem(err)
		return
	}
	d.Used = f.String()
	d.Kernels["gemm"] = kernels.GemmF32Rows(f)[0].Name
	d.Kernels["depthwise"] = kernels.DepthwiseF32Rows(f)[0].Name
	d.Kernels["maxpool"] = kernels.MaxPoolF32Rows(f)[0].Name
	d.Kernels["avgpool"] = kernels.AvgPoolF32Rows(f)[0].Name
	d.Kernels["element"] = kernels.ElementF32Rows(f)[0].Name
}

func (d *diagnosis) examineModels(m *cli.ModelsFlag) {
	dir, err := m.Folder()
	if err != nil {
		d.problem(err)
		return
	}
	d.Models, d.Reason = dir.Path, dir.Reason
	files, err := filepath.Glob(filepath.Join(dir.Path, "*.onnx"))
	if err != nil {
		d.problem(err)
	}
	for _, f := range files {
		found := examineModel(f)
		d.Found = append(d.Found, found)
		if found.Error != "" {
			d.problem(errors.New(found.Error))
		}
	}
	if len(files) == 0 {
		d.problem(&cli.ErrNoModel{Name: "blazeface-back", Folder: dir})
	}
}

func examineModel(file string) foundModel {
	m := foundModel{Name: strings.TrimSuffix(filepath.Base(file), ".onnx")}
	if st, err := os.Stat(file); err == nil {
		m.Bytes = st.Size()
	}
	s, err := ocellus.Open(file, ocellus.WithThreads(1))
	if err != nil {
		m.Error = err.Error()
		return m
	}
	defer s.Close()
	m.Task = s.Meta().Task
	return m
}

func (d *diagnosis) print(env *cli.Env) error {
	rows := [][]string{
		{"ocellus", d.Build.String()},
		{"CPU", d.CPU},
		{"cores", cli.Count(int64(d.Cores))},
		{"features", d.Detected},
		{"used", d.Used},
	}
	for _, k := range sortedKeys(d.Kernels) {
		rows = append(rows, []string{"kernel", k + ": " + d.Kernels[k]})
	}
	if d.Models != "" {
		rows = append(rows, []string{"models", d.Models + " (" + d.Reason + ")"})
	}
	for _, m := range d.Found {
		state := m.Task
		if m.Error != "" {
			state = "cannot be used"
		}
		rows = append(rows, []string{"model", strings.TrimSpace(m.Name + "  " + cli.Bytes(int(m.Bytes)) + "  " + state)})
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	for _, p := range d.Problems {
		if err := env.Printf("\nProblem: %s\n", p); err != nil {
			return err
		}
	}
	if len(d.Problems) == 0 {
		return env.Printf("\nNothing is missing.\n")
	}
	return nil
}
