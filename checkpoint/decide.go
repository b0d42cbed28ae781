package checkpoint

import (
	"fmt"

	"materializer/cdc"
)

// Action is what to do at a connect.
type Action int

// The actions.
const (
	Resume Action = iota + 1 // stream from the stored position
	Load                     // read everything anew into new state
	Halt                     // stop: going on could serve wrong data
)

// String names the action for logs.
func (a Action) String() string { return [...]string{"none", "resume", "load", "halt"}[a] }

// State is what local state says of itself.
type State struct {
	Present     bool // there is a state whose first load is complete
	SystemID    string
	Timeline    uint32
	Slot        string
	Fingerprint string
	Position    cdc.LSN // durable
	Incomplete  string  // why changes are missing whatever the position says; "" if none are
}

// Server is what PostgreSQL says, read after the stream was started or refused.
type Server struct {
	SystemID  string
	Timeline  uint32
	Flushed   cdc.LSN // the end of its write-ahead log on disk
	Slot      string
	Exists    bool    // the slot
	Lost      string  // why the slot cannot be used any more; "" if it can
	Confirmed cdc.LSN // the slot's confirmed_flush_lsn
}

// Decision is an Action with its reason, for the log and for the operator.
type Decision struct {
	Action Action
	Reason string
	Hint   string // what the operator can do, for Halt
}

// Decide compares local state with the server and the plan. PostgreSQL accepts
// any position it is asked to start from, behind, ahead or nonsense, so every comparison is made here.
func Decide(state State, server Server, fingerprint string) Decision {
	switch {
	case !state.Present:
		return Decision{Load, "there is no local state", ""}
	case state.SystemID != server.SystemID:
		return Decision{Halt,
			fmt.Sprintf("this is another PostgreSQL cluster: its system identifier is %s, local state was made from %s", server.SystemID, state.SystemID),
			"check source.url; if the change is meant, run `materializer teardown --state` and start again",
		}
	case state.Fingerprint != fingerprint:
		return Decision{Load, "the projections or the tables that they use have changed", ""}
	case state.Incomplete != "":
		return Decision{Load, "changes are missing from local state: " + state.Incomplete, ""}
	case state.Slot != server.Slot:
		return Decision{Load, fmt.Sprintf("the slot is now %s, local state was made from slot %s", server.Slot, state.Slot), ""}
	case !server.Exists:
		return Decision{Load, fmt.Sprintf("the replication slot %s is gone", server.Slot), ""}
	case server.Lost != "":
		return Decision{Load, fmt.Sprintf("the replication slot %s is lost: %s", server.Slot, server.Lost), ""}
	case server.Confirmed > state.Position:
		return Decision{Load, fmt.Sprintf("the slot was moved ahead to %s, local state ends at %s: the changes between are gone", server.Confirmed, state.Position), ""}
	case state.Position > server.Flushed:
		return Decision{Load, fmt.Sprintf("the server went back in time: it ends at %s, local state at %s", server.Flushed, state.Position), ""}
	case state.Timeline != server.Timeline:
		return Decision{Load, fmt.Sprintf("the server is on timeline %d, local state was made from timeline %d", server.Timeline, state.Timeline), ""}
	}
	return Decision{Resume, fmt.Sprintf("local state is complete up to %s", state.Position), ""}
}
