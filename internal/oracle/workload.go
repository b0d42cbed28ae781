package oracle

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Workload is what happens to the rows of a scenario.
type Workload struct{ Transactions []Transaction }

// Transaction is a list of statements, savepoints among them.
type Transaction struct {
	Statements []string
	Abort      bool // ends with ROLLBACK
}

// Run executes the transactions one after the other. What the constraints of
// the scenario refuse does not happen; every other error is returned.
//
// A transaction with a refused statement is rolled back and repeated with each
// statement in a savepoint, so that the others happen.
func (w *Workload) Run(ctx context.Context, conn *pgx.Conn) error {
	for i, t := range w.Transactions {
		if err := t.run(ctx, conn); err != nil {
			return fmt.Errorf("run transaction %d: %w", i+1, err)
		}
	}
	return nil
}

func (t *Transaction) run(ctx context.Context, conn *pgx.Conn) error {
	err := t.attempt(ctx, conn, false)
	if isRefused(err) {
		err = t.attempt(ctx, conn, true)
	}
	if isRefused(err) { // at commit
		return nil
	}
	return err
}

func (t *Transaction) attempt(ctx context.Context, conn *pgx.Conn, guarded bool) error {
	if err := execute(ctx, conn, "BEGIN"); err != nil {
		return err
	}
	for _, statement := range t.Statements {
		run := execute
		if guarded && !isSavepoint(statement) {
			run = guard
		}
		if err := run(ctx, conn, statement); err != nil {
			return errors.Join(err, execute(ctx, conn, "ROLLBACK"))
		}
	}
	if t.Abort {
		return execute(ctx, conn, "ROLLBACK")
	}
	return execute(ctx, conn, "COMMIT")
}

func execute(ctx context.Context, conn *pgx.Conn, sql string) error {
	if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
		return fmt.Errorf("%s: %w", shorten(sql), err)
	}
	return nil
}

// guard executes a statement in a savepoint: if it is refused, nothing has happened.
func guard(ctx context.Context, conn *pgx.Conn, sql string) error {
	if err := execute(ctx, conn, "SAVEPOINT guard"); err != nil {
		return err
	}
	err := execute(ctx, conn, sql)
	if isRefused(err) {
		return execute(ctx, conn, "ROLLBACK TO guard; RELEASE guard")
	}
	if err != nil {
		return err
	}
	return execute(ctx, conn, "RELEASE guard")
}

func isSavepoint(statement string) bool {
	for _, word := range []string{"SAVEPOINT", "ROLLBACK", "RELEASE"} {
		if strings.HasPrefix(statement, word) {
			return true
		}
	}
	return false
}

// isRefused tells errors that a random workload may meet from those that mean
// harm: data and constraints, deadlocks.
func isRefused(err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code[:2] {
	case "21", "22", "23", "40":
		return true
	}
	return false
}

// String prints the workload as a script for psql, which guards statements
// where Run does.
func (w *Workload) String() string {
	var b strings.Builder
	b.WriteString("\\set ON_ERROR_ROLLBACK on\n")
	for i, t := range w.Transactions {
		fmt.Fprintf(&b, "-- transaction %d\nBEGIN;\n", i+1)
		for _, statement := range t.Statements {
			b.WriteString(statement + ";\n")
		}
		if t.Abort {
			b.WriteString("ROLLBACK;\n")
		} else {
			b.WriteString("COMMIT;\n")
		}
	}
	return b.String()
}
