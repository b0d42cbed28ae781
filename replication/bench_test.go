package replication

import (
	"bytes"
	"context"
	"fmt"
	programs "os/exec"
	"path/filepath"
	"testing"
	"time"

	"materializer/cdc"
	"materializer/internal/servers/servertest"
)

// BenchmarkBacklog receives a backlog of 400,000 inserted rows; pg_recvlogical
// into /dev/null beside it is what the server can give.
func BenchmarkBacklog(b *testing.B) {
	const rows = 400_000
	for _, each := range []int{1, 10, 10_000} {
		o := newOrigin(b, "item", "CREATE TABLE item (id int PRIMARY KEY, name text, price numeric, at timestamptz, note text)")
		table := o.table("item", "id")
		o.run(fmt.Sprintf(`DO $$ BEGIN FOR t IN 1..%d LOOP
			INSERT INTO item SELECT t * %d + g, 'name of ' || g, g / 7.0, '2026-11-22', repeat('n', 40) FROM generate_series(0, %[2]d - 1) g;
			COMMIT; END LOOP; END $$`, rows/each, each))
		target := o.flushed()
		b.Run(fmt.Sprintf("rows=%d", each), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bytes, batches := o.drain(b, table, target, rows)
				b.SetBytes(int64(bytes))
				b.ReportMetric(float64(batches), "batches")
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
		b.Run(fmt.Sprintf("rows=%d/pg_recvlogical", each), func(b *testing.B) {
			for b.Loop() {
				o.recvlogical(b, target)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// copySlot makes a slot at the position of the origin's own.
func (o *origin) copySlot() string {
	name := o.one("SELECT 'copy_' || txid_current()")
	o.run("SELECT pg_copy_logical_replication_slot('" + o.name + "', '" + name + "')")
	return name
}

func (o *origin) drain(b *testing.B, table *cdc.Table, target cdc.LSN, rows int) (bytes uint64, batches int) {
	config := o.config(table)
	config.slot = o.copySlot()
	stream, err := o.open(config)
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithTimeout(b.Context(), time.Minute)
	out, ended := make(chan *cdc.Batch, 4), make(chan error, 1)
	go func() { ended <- stream.Run(ctx, out) }()
	changes := 0
	for at := cdc.LSN(0); at < target; batches++ {
		select {
		case batch := <-out:
			changes += len(batch.Changes)
			at = max(at, end(batch))
			batch.Release()
		case err := <-ended:
			b.Fatal(err)
		}
	}
	stop()
	if err := <-ended; err != nil || changes != rows {
		b.Fatal(changes, err)
	}
	return stream.Counts().Bytes, batches
}

func (o *origin) recvlogical(b *testing.B, target cdc.LSN) {
	slot := o.copySlot()
	command := programs.Command(filepath.Join(servertest.Cluster(b).BinDir, "pg_recvlogical"), "-d", o.url, "-S", slot, "--start", "-f", "/dev/null",
		"-o", "proto_version=1", "-o", "publication_names="+o.name, "-E", target.String())
	var said bytes.Buffer
	command.Stderr = &said
	if err := command.Run(); err != nil {
		b.Fatal(err, said.String())
	}
}
