// Package cli is what the two commands share: how they start and end, what
// they print and where, and the exit codes that --help lists.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"golang.org/x/term"
)

// The exit codes. Texts for --help are in ExitCodes.
const (
	OK          = 0
	Negative    = 1
	Usage       = 2
	BadInput    = 3
	Missing     = 4
	Interrupted = 130
)

// ExitCodes explains the codes, as --help prints them.
const ExitCodes = `Exit codes:

    0    done
    1    done, and the answer is no: arrays differ, a case failed
    2    wrong usage
    3    a picture, model, array or configuration is damaged, unsupported or does not fit; a folder has no picture
    4    something is missing here: a model, a program, the network, room to write, who reads the output
    130  interrupted`

// Env is what a command is run with.
type Env struct {
	Context context.Context
	Args    []string // the name of the app and its arguments; Run sets it
	Stdout  io.Writer
	Stderr  io.Writer
	// StdoutTTY and StderrTTY say whether a person looks at them.
	StdoutTTY, StderrTTY bool
}

// Error is a failure with the exit code it leads to.
type Error struct {
	Code int
	Err  error // nil when all has been said already
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Exit gives an error its exit code. A nil error stays nil.
func Exit(code int, err error) error {
	if err == nil {
		return nil
	}
	return &Error{code, err}
}

// Quiet ends a command with a code when all has been printed.
func Quiet(code int) error { return &Error{Code: code} }

// Usagef is a mistake in the arguments that the parser cannot see.
func Usagef(format string, args ...any) error { return &Error{Usage, fmt.Errorf(format, args...)} }

// App is one of the two commands.
type App struct {
	Name        string
	Description string
	Grammar     any // a pointer to a kong grammar whose commands have Run(*Env) error
}

// Main runs the app for the process and returns its exit code.
func Main(app App) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends a process that does not end by itself.
	context.AfterFunc(ctx, stop)
	// That nobody reads the output any more (| head) is an error of the next
	// write to it. Go would have it end the process at once, with what is open
	// half written, unless the signal is listened for.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return Run(app, os.Args[1:], &Env{
		Context: ctx, Stdout: os.Stdout, Stderr: os.Stderr,
		StdoutTTY: term.IsTerminal(int(os.Stdout.Fd())), StderrTTY: term.IsTerminal(int(os.Stderr.Fd())),
	})
}

// exit is what kong's own ending (after --help) becomes, so that tests can run
// commands in their process.
type exit int

// Run runs the app with these arguments and returns its exit code.
func Run(app App, args []string, env *Env) (code int) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(e)
		}
	}()
	parser, err := kong.New(app.Grammar,
		kong.Name(app.Name), kong.Description(app.Description+"\n\n"+ExitCodes),
		kong.Writers(env.Stdout, env.Stderr), kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Bind(env), kong.ValueFormatter(withDefault),
		kong.Vars{"heads": heads()},
		kong.ExplicitGroups([]kong.Group{
			{Key: "describe", Title: "For models whose metadata does not say it:"},
			{Key: "transfer", Title: "To begin with what another network has learned:"},
			{Key: "recipe", Title: "In place of what the network is usually trained with:"},
		}),
	)
	if err != nil {
		panic(err) // a mistake in a grammar, which every test of a command finds
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	env.Args = append([]string{app.Name}, args...)
	parsed, err := parser.Parse(args)
	if errors.Is(err, syscall.EPIPE) { // it was parsed, and its help could not be written
		return finish(app.Name, Exit(Missing, err), env)
	}
	if err != nil {
		fmt.Fprintf(env.Stderr, "%s: %v\nSee %s --help.\n", app.Name, err, helpFor(app.Name, err))
		return Usage
	}
	return finish(app.Name, parsed.Run(), env)
}

// withDefault is the help of a flag or argument, with its default where kong
// does not show that as the placeholder.
func withDefault(v *kong.Value) string {
	help := kong.DefaultHelpValueFormatter(v)
	if !v.HasDefault || v.Flag != nil && v.Flag.PlaceHolder == "" {
		return help
	}
	return help + " Default: " + v.Default + "."
}

// helpFor names the command whose help explains a parse error.
func helpFor(name string, err error) string {
	var pe *kong.ParseError
	if errors.As(err, &pe) && pe.Context != nil {
		if cmd := pe.Context.Selected(); cmd != nil {
			return name + " " + cmd.FullPath()[min(len(cmd.FullPath()), len(name)+1):]
		}
	}
	return name
}

func finish(name string, err error, env *Env) int {
	if err == nil {
		return OK
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(env.Stderr, "%s: interrupted\n", name)
		return Interrupted
	}
	code := CodeOf(err)
	var e *Error
	if !errors.As(err, &e) || e.Err != nil {
		fmt.Fprintf(env.Stderr, "%s: %v\n", name, err)
	}
	return code
}

// JSON prints v as one line.
func (e *Env) JSON(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return e.write(append(b, '\n'))
}

// Printf prints to standard output.
func (e *Env) Printf(format string, args ...any) error {
	return e.write(fmt.Appendf(nil, format, args...))
}

func (e *Env) write(b []byte) error {
	_, err := e.Stdout.Write(b)
	return Exit(Missing, err)
}

// Notef prints to standard error, beside the result.
func (e *Env) Notef(format string, args ...any) { fmt.Fprintf(e.Stderr, format, args...) }
