package replication

import "strings"

// Problem is something in the database or on the server that an operator has
// to mend.
type Problem struct {
	Subject string // what it is about: "server", "table orders", "publication materializer_shop"
	Message string // what is wrong and what would come of it
	Remedy  string // the statement that mends it, or what else to do
	Warning bool   // does not prevent running
}

// String is one readable line, and the remedy on another.
func (p Problem) String() string {
	line := p.Subject + ": " + p.Message
	if p.Warning {
		line = "warning: " + line
	}
	if p.Remedy != "" {
		line += "\n  to mend it: " + p.Remedy
	}
	return line
}

// Problems are all findings of a check, warnings among them.
type Problems []Problem

// Error lists all findings.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, problem := range p {
		lines[i] = problem.String()
	}
	return strings.Join(lines, "\n")
}

// Err is nil when nothing but warnings was found.
func (p Problems) Err() error {
	for _, problem := range p {
		if !problem.Warning {
			return p
		}
	}
	return nil
}

func (p *Problems) add(subject, message, remedy string) {
	*p = append(*p, Problem{Subject: subject, Message: message, Remedy: remedy})
}

func (p *Problems) warn(subject, message, remedy string) {
	*p = append(*p, Problem{Subject: subject, Message: message, Remedy: remedy, Warning: true})
}
