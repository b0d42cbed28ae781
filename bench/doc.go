// Command bench measures the whole path on real servers that it starts itself,
// against what PostgreSQL and Redis can do at all, in one run on one machine.
//
// It promises that every rate is of work that was really done: after each run
// the number of documents and a sample of them are compared with PostgreSQL,
// and a difference ends the run with an error and no figures. The contestants
// work on the same backlog one after the other, in changing order, and what is
// reported is the median of the ratios of such runs, since a rate alone says
// more about the machine than about the program.
//
//	experiment.go   what is measured: drain.go, load.go, latency.go, groups.go
//	contestant.go   who is measured: materializer.go, recvlogical.go, stream.go, rediswrite.go, copyout.go
//	workload.go     on what: the tables, the documents, the changes
package main
