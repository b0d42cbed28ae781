// Package replication is the source side: what is ours in PostgreSQL (slot and
// publication), the first load, and the stream of committed changes. It knows
// rows and positions, not what they are used for.
//
// # The stream
//
// A Stream is one connection and is in one of these states:
//
//	started   START_REPLICATION has succeeded. The server accepts any start
//	          position, so the caller compares it with the slot now.
//	reading   Run waits for the server, or takes what it has sent.
//	waiting   out is full. Nothing is read, so that the server has to wait too.
//	leaving   the context has ended: the last status, CopyDone, a second for
//	          the server's good-bye, close.
//	ended     anything else. Run returns an *EndedError and never resumes.
//
// The rules:
//
//   - One goroutine, Run's, owns the connection. Others leave a value for it
//     (Confirm) or read one (Received, ServerEnd, Counts).
//   - Changes are handed on in commit order, nothing is skipped and nothing
//     retried. A transaction that ends at the start position or before is
//     already stored and not handed on again.
//   - A batch goes out when nothing more is to be read, or when it is large. The
//     changes after its last commit belong to a transaction that goes on.
//   - A position is told to be durable only when it was handed on (the end of a
//     commit, or an idle position outside of any transaction) and then
//     confirmed. See tell.
//   - The server hears from us every second, or three times within its
//     wal_sender_timeout, in every state, and is asked for an answer. If none
//     comes for ten seconds it is taken for dead.
//   - PostgreSQL cannot shut down while a client that is alive has not
//     confirmed everything. If nothing could be handed on, or was confirmed
//     though the server asks, for ten seconds, the connection is given up.
//   - An error while decoding leaves the connection open and the server silent
//     for ever. Any message that is not part of a stream ends it.
//   - A table that is not what the plan was made for ends the stream with a
//     *SchemaError before a row of it is misread. Changes that the stream does
//     not show at all are for the caller to find in the catalog.
//
// Memory: one read buffer, the batch being filled and those handed on. A
// buffer grows beyond that for the time of one large row only.
package replication
