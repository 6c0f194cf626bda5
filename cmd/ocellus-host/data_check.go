package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/ocellus-vision/ocellus/data"
	"github.com/ocellus-vision/ocellus/data/check"
	"github.com/ocellus-vision/ocellus/internal/cli"
)

type dataCommand struct {
	Check   dataCheckCommand   `cmd:"" help:"Look a data set over: what is broken, what is there twice, how even classes are."`
	Preview dataPreviewCommand `cmd:"" help:"Draw a sheet of samples, as they are and augmented."`
	Fetch   dataFetchCommand   `cmd:"" help:"Fetch MNIST."`
}

type dataCheckCommand struct {
	Spec    string `arg:"" help:"The set: its kind and where it is, as cifar10:DIR." placeholder:"SPEC"`
	NoNear  bool   `help:"Do not look for pictures that merely look alike."`
	Strict  bool   `help:"Take it as wrong, too, where pictures of two parts or of two classes merely look alike."`
	Show    int    `help:"How many of each finding are printed; JSON has them all." default:"10" placeholder:"N"`
	Threads int    `help:"Cores to use; default: all." placeholder:"N"`
	JSON    bool   `help:"Print JSON."`
}

func (c *dataCheckCommand) Help() string {
	return `Examples:

    ocellus-host data check cifar10:cifar
    ocellus-host data check folders:pictures --json | jq .exact

Every picture is read. Told are files that are broken or were left out and why, pictures of the same
pixels, pictures that look the same (a little cut, scaled, lit or compressed otherwise), and how many
each class has. The exit code is 1 where something is wrong: a file that cannot be used, one picture in
two parts or in two classes, landmarks outside a picture, boxes that cover nothing of it.

Sets:

` + data.Kinds() + `
Without a kind it is told by what is there. A set without a test part of its own is split as training
would split it.`
}

// Run checks.
func (c *dataCheckCommand) Run(env *cli.Env) error {
	if c.Show < 0 {
		return cli.Usagef("--show %d is below 0", c.Show)
	}
	parts, err := openParts(env, c.Spec)
	if err != nil {
		return err
	}
	total := 0
	for _, p := range parts {
		total += p.Source.Len()
	}
	bar := env.Progress("check", total)
	var mu sync.Mutex
	r, err := check.Run(env.Context, parts, check.Options{Workers: c.Threads, Near: !c.NoNear, Step: func() {
		mu.Lock()
		defer mu.Unlock()
		bar.Step()
	}})
	bar.Close()
	if err != nil {
		return err
	}
	ok := r.OK() && !(c.Strict && r.NearLeaks+r.NearConflicts > 0)
	if c.JSON {
		err = env.JSON(struct {
			Set string `json:"set"`
			OK  bool   `json:"ok"`
			*check.Report
		}{c.Spec, ok, r})
	} else {
		err = c.print(env, r, ok)
	}
	if err == nil && !ok {
		err = cli.Quiet(cli.Negative)
	}
	return err
}

// openParts opens the parts that a set has; one for training it must have.
func openParts(env *cli.Env, spec string) ([]check.Part, error) {
	var parts []check.Part
	for _, name := range []string{data.Train, data.Val, data.Test} {
		src, err := data.OpenSource(spec, name, data.Options{})
		switch {
		case err != nil && name == data.Train:
			return nil, err
		case err != nil && name == data.Test:
			env.Notef("no test part: %v\n", err)
			continue
		case err != nil:
			continue // most sets have no part for validation
		}
		if last := len(parts) - 1; last > 0 && src.Hash() == parts[last].Source.Hash() {
			parts[last].Name += ", " + name // one folder serves as both
			continue
		}
		parts = append(parts, check.Part{Name: name, Source: src})
	}
	return parts, nil
}

func (c *dataCheckCommand) print(env *cli.Env, r *check.Report, ok bool) error {
	rows := [][]string{{"PART", "SAMPLES", "PIXELS", "BROKEN", "LEFT OUT", "CLASSES", "LEAST", "MOST"}}
	for _, p := range r.Parts {
		classes, least, most := evenness(p.Classes)
		rows = append(rows, []string{p.Name, fmt.Sprint(p.Samples), pixels(p.Widths, p.Heights), fmt.Sprint(len(p.Broken)),
			fmt.Sprint(len(p.Skipped)), classes, least, most})
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	for _, p := range r.Parts {
		for _, list := range []struct {
			what     string
			problems []check.Problem
		}{{"broken", p.Broken}, {"left out", p.Skipped}, {"marks", p.Marks}} {
			if err := c.printProblems(env, p.Name+", "+list.what, list.problems); err != nil {
				return err
			}
		}
	}
	if err := c.printGroups(env, "the same picture", r.Exact, r.Leaks, r.Conflicts); err != nil {
		return err
	}
	if err := c.printGroups(env, "looks alike", r.Near, r.NearLeaks, r.NearConflicts); err != nil {
		return err
	}
	if r.NearCutShort {
		env.Notef("too many pictures resemble one another for all pairs to be compared: not all that look alike are told\n")
	}
	verdict := "Nothing is wrong."
	switch {
	case !ok:
		verdict = "Something is wrong: see above."
	case r.NearLeaks+r.NearConflicts > 0:
		verdict = "Nothing is wrong for certain. Look at pictures of two parts, or of two classes, that look alike: a test with pictures that were learned flatters."
	}
	return env.Printf("\n%s\n", verdict)
}

func (c *dataCheckCommand) printProblems(env *cli.Env, what string, list []check.Problem) error {
	for i, p := range list {
		if i == c.Show {
			return env.Printf("%s: and %d more\n", what, len(list)-i)
		}
		if err := env.Printf("%s: %s: %s\n", what, p.Name, p.Why); err != nil {
			return err
		}
	}
	return nil
}

// printGroups prints those in two parts first, then those of two classes.
func (c *dataCheckCommand) printGroups(env *cli.Env, what string, groups []check.Group, leaks, conflicts int) error {
	if len(groups) == 0 {
		return nil
	}
	if err := env.Printf("\n%s: %s, %d of them in two parts, %d of two classes\n", what, cli.Numbered(uint64(len(groups)), "group"), leaks, conflicts); err != nil {
		return err
	}
	shown := 0
	for _, wanted := range []func(g check.Group) bool{
		func(g check.Group) bool { return g.Leak },
		func(g check.Group) bool { return !g.Leak && g.Conflict },
		func(g check.Group) bool { return !g.Leak && !g.Conflict },
	} {
		for _, g := range groups {
			if !wanted(g) || shown >= c.Show {
				continue
			}
			shown++
			if err := env.Printf("    %s\n", groupLine(g)); err != nil {
				return err
			}
		}
	}
	if len(groups) > shown {
		return env.Printf("    and %d more\n", len(groups)-shown)
	}
	return nil
}

// groupLine names the members of a group, as many as a line takes.
func groupLine(g check.Group) string {
	const most = 4
	var b strings.Builder
	for i, m := range g.Members {
		if i == most {
			fmt.Fprintf(&b, " = %d more", len(g.Members)-i)
			break
		}
		if i > 0 {
			b.WriteString(" = ")
		}
		fmt.Fprintf(&b, "%s %s", m.Part, m.Name)
		if m.Class != "" && (i == 0 || g.Conflict) {
			fmt.Fprintf(&b, " (%s)", m.Class)
		}
	}
	return b.String()
}

// evenness tells how many classes there are, and the one with the least and
// with the most samples.
func evenness(classes []check.Class) (count, least, most string) {
	if len(classes) == 0 {
		return "-", "-", "-"
	}
	lo, hi := classes[0], classes[0]
	for _, c := range classes {
		if c.Count < lo.Count {
			lo = c
		}
		if c.Count > hi.Count {
			hi = c
		}
	}
	tell := func(c check.Class) string { return fmt.Sprintf("%d %s", c.Count, c.Name) }
	return fmt.Sprint(len(classes)), tell(lo), tell(hi)
}

func pixels(w, h [2]int) string {
	if w[0] == w[1] && h[0] == h[1] {
		return fmt.Sprintf("%d×%d", w[0], h[0])
	}
	return fmt.Sprintf("%d×%d to %d×%d", w[0], h[0], w[1], h[1])
}
