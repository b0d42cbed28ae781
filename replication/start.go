package replication

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"materializer/cdc"
)

// Stream starts the stream of the slot after a position and hands it to the
// caller, who runs it. The server accepts any position: compare it with
// SlotState and Identity before Run.
func (s *Source) Stream(ctx context.Context, start cdc.LSN, tables []*cdc.Table) (*Stream, error) {
	var milliseconds int64
	err := s.control(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, "SELECT setting::int8 FROM pg_settings WHERE name = 'wal_sender_timeout'").Scan(&milliseconds)
	})
	if err != nil {
		return nil, fmt.Errorf("read wal_sender_timeout: %w", err)
	}
	config, err := connConfig(s.config.URL, true)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["application_name"] = s.config.ApplicationName
	return startStream(ctx, config, streamConfig{
		slot: s.config.Slot, publication: s.config.Publication, start: start, tables: tables,
		senderTimeout: time.Duration(milliseconds) * time.Millisecond,
	})
}
