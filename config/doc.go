// Package config is the file that a device is set up by: one YAML document,
// read into plain data.
//
// File is the whole of it, and the tags of its fields are the one table of
// what there is: name, default, range and meaning. Parse, Write, Fields and
// the variables that override the file all follow from it, so that a new
// setting is one field.
//
//	yaml     its name in the file
//	doc      what it means, for people
//	default  its value where the file is silent, as the file would write it; none: the zero value
//	min, max what numbers, durations and sizes may be, both included
//	most     how many elements a list may have
//	oneof    what words may be, with | between them
//	path     "file": a relative one is looked for beside the file; "model", "source": so are those that are files
//	example  a value for the line that Write leaves commented out
//
// Parse is strict, and reports all that is wrong at once, each as an
// *ErrConfig with its line and column.
//
// Every setting can be overridden by a variable, whose name is OCELLUS_ and
// the setting's path in capitals: OCELLUS_PREVIEW_LISTEN is preview.listen,
// OCELLUS_SOURCES_0_SOURCE the source of the first of sources. Lists and maps
// are written there as YAML does on one line: [face, person], {person: 0.6}.
// Relative paths in variables are relative to the working folder. Secrets are
// best kept in files of their own (preview.token_file).
package config
