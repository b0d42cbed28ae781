// Package oracle is the second opinion that tests compare the service with. It
// shares no code with the renderer and the store.
//
//   - SQL turns a projection of a plan into a query that PostgreSQL answers with all documents and their keys;
//   - Compare runs these queries in one snapshot and compares their answer with everything that is in Redis, both ways;
//   - DrawScenario makes up a schema and a configuration over it, DrawLoad and DrawWorkload what happens to the rows.
//
// Compare gives differences, and an error only where it could not look. What is
// drawn depends on the draws alone, so that rapid can shrink and replay it; a
// scenario and a workload print as SQL and YAML that run by hand. A drawn
// configuration is valid: a compiler that refuses it is wrong, or the drawing is.
package oracle
