package replication

import "testing"

// Each test runs SQL and compares what the stream makes of it, line by line.

func TestChanges(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item, other", `CREATE TABLE item (id int PRIMARY KEY, unused text, name text, price numeric(6,2));
		CREATE TABLE other (id int PRIMARY KEY)`)
	r := o.receive(o.config(o.table("item", "id", "id", "name", "price")))
	o.run("INSERT INTO item VALUES (1, 'x', 'one', 1.5), (2, NULL, NULL, NULL), (3, 'x', '', 0)")
	o.run("UPDATE item SET unused = 'y', name = 'uno' WHERE id = 1; DELETE FROM item WHERE id = 2; INSERT INTO other VALUES (1)")
	o.run("INSERT INTO other VALUES (2)")
	// The swap of two keys arrives as three changes of the key, in order.
	o.run("UPDATE item SET id = -1 WHERE id = 1; UPDATE item SET id = 1 WHERE id = 3; UPDATE item SET id = 3 WHERE id = -1")
	equal(t, r.all(), `
		insert item -> [1 one 1.50]
		insert item -> [2 - -]
		insert item -> [3  0.00]
		commit
		update item -> [1 uno 1.50]
		delete item [2 - -]
		commit
		update item [1 - -] -> [-1 uno 1.50]
		update item [3 - -] -> [1  0.00]
		update item [-1 - -] -> [3 uno 1.50]
		commit`)
	if counts := r.Counts(); counts.Changes != 8 || counts.Commits != 3 || counts.Foreign != 2 {
		t.Errorf("counts are %+v", counts)
	}
}

func TestUnchangedToast(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "doc", `CREATE TABLE doc (id int PRIMARY KEY, body text, note text);
		ALTER TABLE doc ALTER body SET STORAGE EXTERNAL;
		INSERT INTO doc VALUES (1, repeat('b', 5000), 'n'), (2, NULL, 'n')`)
	r := o.receive(o.config(o.table("doc", "id")))
	o.run("UPDATE doc SET note = 'm'")
	o.run("UPDATE doc SET id = 7 WHERE id = 1")
	equal(t, r.all(), `
		update doc -> [1 unchanged m]
		update doc -> [2 - m]
		commit
		update doc [1 - -] -> [7 unchanged m]
		commit`)
	o.run("ALTER TABLE doc REPLICA IDENTITY FULL")
	o.run("UPDATE doc SET note = 'l'")
	o.run("UPDATE doc SET id = 1 WHERE id = 7; DELETE FROM doc WHERE id = 1")
	equal(t, r.all(), `
		update doc [2 - -] -> [2 - l]
		update doc [7 - -] -> [7 b*5000 l]
		commit
		update doc [7 - -] -> [1 b*5000 l]
		delete doc [1 - -]
		commit`)
}

func TestIdentityIndex(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "part", `CREATE TABLE part (id int PRIMARY KEY, a int NOT NULL, b text NOT NULL, c int);
		CREATE UNIQUE INDEX part_ab ON part (b, a);
		ALTER TABLE part REPLICA IDENTITY USING INDEX part_ab`)
	r := o.receive(o.config(o.table("part", "a,b")))
	o.run("INSERT INTO part VALUES (1, 10, 'x', 5)")
	o.run("UPDATE part SET c = 6; UPDATE part SET id = 2; UPDATE part SET b = 'y'; DELETE FROM part")
	equal(t, r.all(), `
		insert part -> [1 10 x 5]
		commit
		update part -> [1 10 x 6]
		update part -> [2 10 x 6]
		update part [- 10 x -] -> [2 10 y 6]
		delete part [- 10 y -]
		commit`)
}

func TestTruncateCascade(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "parent, child", `CREATE TABLE parent (id int PRIMARY KEY);
		CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent);
		CREATE TABLE unpublished (parent int REFERENCES parent)`)
	r := o.receive(o.config(o.table("parent", "id"), o.table("child", "id")))
	o.run("INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1, 1)")
	o.run("TRUNCATE parent RESTART IDENTITY CASCADE; INSERT INTO parent VALUES (1)")
	equal(t, r.all(), `
		insert parent -> [1]
		insert child -> [1 1]
		commit
		truncate parent
		truncate child
		insert parent -> [1]
		commit`)
}

// The leaves have other column orders than the root; their own descriptions
// must not be applied to the root's rows.
func TestPartitions(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "event", `CREATE TABLE event (id int, kind text, at int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
		CREATE TABLE low (at int NOT NULL, gone text, kind text, id int NOT NULL);
		ALTER TABLE low DROP COLUMN gone;
		ALTER TABLE event ATTACH PARTITION low FOR VALUES FROM (0) TO (10);
		CREATE TABLE high PARTITION OF event FOR VALUES FROM (10) TO (20)`)
	r := o.receive(o.config(o.table("event", "id,at")))
	o.run("INSERT INTO event VALUES (1, 'a', 5), (2, 'b', 15)")
	o.run("UPDATE event SET kind = 'c'; UPDATE event SET at = 12 WHERE id = 1; DELETE FROM event WHERE id = 2; TRUNCATE event")
	equal(t, r.all(), `
		insert event -> [1 a 5]
		insert event -> [2 b 15]
		commit
		update event -> [1 c 5]
		update event -> [2 c 15]
		delete event [1 - 5]
		insert event -> [1 c 12]
		delete event [2 - 15]
		truncate event
		commit`)
}

func TestAbortedWork(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY)")
	r := o.receive(o.config(o.table("item", "id")))
	o.run("BEGIN; INSERT INTO item VALUES (1); SAVEPOINT s; INSERT INTO item VALUES (2); ROLLBACK TO s; INSERT INTO item VALUES (3); COMMIT")
	o.run("BEGIN; INSERT INTO item VALUES (4); ROLLBACK")
	o.run("INSERT INTO item VALUES (5)")
	equal(t, r.all(), `
		insert item -> [1]
		insert item -> [3]
		commit
		insert item -> [5]
		commit`)
}

func TestDefinitionChangesInTransaction(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item", "CREATE TABLE item (a text, id int PRIMARY KEY, b text)")
	r := o.receive(o.config(o.table("item", "id", "id", "b")))
	o.run(`BEGIN; INSERT INTO item VALUES ('a', 1, 'b'); ALTER TABLE item ADD c int; INSERT INTO item VALUES ('a', 2, 'b', 3);
		ALTER TABLE item DROP a; INSERT INTO item VALUES (3, 'b', 3); ALTER TABLE item RENAME TO thing; UPDATE thing SET b = 'd' WHERE id = 3; COMMIT`)
	equal(t, r.all(), `
		insert item -> [1 b]
		insert item -> [2 b]
		insert item -> [3 b]
		update item -> [3 d]
		commit`)
}
