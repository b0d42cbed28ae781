package main

import (
	"context"
	"errors"
	"fmt"

	"materializer/replication"
	"materializer/store"
	"materializer/writer"
)

// remains is what a service that does not run has left. What cannot be asked is
// told as trouble, since the others still say something.
type remains struct {
	Dir          string                 `json:"state_dir"`
	States       []leftState            `json:"states"`
	StateTrouble string                 `json:"state_trouble,omitempty"`
	Slot         string                 `json:"slot"`
	SlotState    *replication.SlotState `json:"slot_state,omitempty"`
	SlotTrouble  string                 `json:"slot_trouble,omitempty"`
	Marker       *writer.Marker         `json:"marker,omitempty"`
	RedisTrouble string                 `json:"redis_trouble,omitempty"`
}

// leftState is one epoch of the state directory.
type leftState struct {
	Epoch    uint64          `json:"epoch"`
	Identity *store.Identity `json:"identity,omitempty"`
	Position *store.Position `json:"position,omitempty"`
	Trouble  string          `json:"trouble,omitempty"`
}

func (c configuration) remains(ctx context.Context) *remains {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	r := &remains{Dir: c.State.Dir, Slot: c.Source.Slot}
	r.lookAtState()
	r.lookAtSlot(ctx, c)
	r.lookAtMarker(ctx, c)
	return r
}

func (r *remains) lookAtState() {
	epochs, err := store.Look(r.Dir)
	if err != nil {
		r.StateTrouble = err.Error()
		return
	}
	for _, epoch := range epochs {
		r.States = append(r.States, lookAt(epoch))
	}
}

func lookAt(epoch store.Epoch) leftState {
	left := leftState{Epoch: epoch.Number}
	db, err := store.Open(epoch.Path, store.Options{})
	if errors.Is(err, store.ErrLocked) {
		left.Trouble = "in use: a service runs"
		return left
	}
	if err != nil {
		left.Trouble = err.Error()
		return left
	}
	id, position := db.Identity(), db.Position()
	left.Identity, left.Position = &id, &position
	if err := db.Close(); err != nil {
		left.Trouble = err.Error()
	}
	return left
}

func (r *remains) lookAtSlot(ctx context.Context, c configuration) {
	if c.Source.URL == "" {
		r.SlotTrouble = "source.url is not set"
		return
	}
	source, err := replication.Open(ctx, c.sourceConfig())
	if err != nil {
		r.SlotTrouble = err.Error()
		return
	}
	defer source.Close()
	slot, err := source.SlotState(ctx)
	if err != nil {
		r.SlotTrouble = err.Error()
		return
	}
	r.SlotState = &slot
}

func (r *remains) lookAtMarker(ctx context.Context, c configuration) {
	if c.Target.URL == "" {
		r.RedisTrouble = "target.url is not set"
		return
	}
	redis, err := c.openRedis(writer.Config{})
	if err != nil {
		r.RedisTrouble = err.Error()
		return
	}
	defer func() { _ = redis.Close() }() // it was only read
	marker, ok, err := redis.Marker(ctx)
	switch {
	case err != nil:
		r.RedisTrouble = err.Error()
	case ok:
		r.Marker = &marker
	}
}

func (r *remains) print(row row) {
	r.printState(row)
	r.printSlot(row)
	switch {
	case r.RedisTrouble != "":
		row("Redis", "%s", r.RedisTrouble)
	case r.Marker == nil:
		row("Redis", "no documents of this service")
	default:
		row("Redis", "documents up to %s%s, from %s", r.Marker.LSN, commitTime(r.Marker.Time), r.whose())
	}
}

// whose tells whether the documents are those of the state here.
func (r *remains) whose() string {
	for _, state := range r.States {
		if state.Identity != nil && state.Identity.StateID == r.Marker.StateID {
			return "this state"
		}
	}
	return "another state, which is not here"
}

func (r *remains) printState(row row) {
	if r.StateTrouble != "" {
		row("local state", "%s", r.StateTrouble)
		return
	}
	if len(r.States) == 0 {
		row("local state", "none in %s", r.Dir)
	}
	for _, state := range r.States {
		name := fmt.Sprintf("%s, epoch %d", r.Dir, state.Epoch)
		switch {
		case state.Trouble != "":
			row("local state", "%s: %s", name, state.Trouble)
		case !state.Identity.Loaded:
			row("local state", "%s: its first load was not completed", name)
		default:
			row("local state", "%s: complete up to %s%s", name, state.Position.LSN, commitTime(state.Position.CommitTime))
		}
	}
}

func (r *remains) printSlot(row row) {
	slot := r.SlotState
	switch {
	case r.SlotTrouble != "":
		row("slot", "%s: %s", r.Slot, r.SlotTrouble)
	case !slot.Exists:
		row("slot", "%s: there is none", r.Slot)
	case slot.Lost():
		row("slot", "%s: lost (%s %s); the next start loads anew", r.Slot, slot.WALStatus, slot.InvalidationReason)
	case slot.Active:
		row("slot", "%s: read by process %d (%s %s)", r.Slot, slot.ActivePID, slot.ActiveApplication, slot.ActiveClient)
	default:
		row("slot", "%s: confirmed up to %s, holds %s of WAL on the server", r.Slot, slot.ConfirmedFlush, bytesText(slot.RetainedBytes))
	}
}
