// Package replication is the source side: slot, publication, first load and the stream of committed changes.
package replication
