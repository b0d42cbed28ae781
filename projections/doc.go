// Package projections compiles a configuration against a catalog into a Plan
// and answers the three questions that everything rests on:
//
//   - what must be stored: Plan.Schema, the tables with the columns used and the indexes of the joins;
//   - which documents does a row change affect: Toucher.Touch writes down, from the old and the new row alone, where in the
//     plan something changed; Follower.Follow walks the joins up from there to the roots, in a later snapshot (decision 1);
//   - what is the document of a root: Builder.Build walks the joins down, reading the store afresh.
//
// Compile reports every mistake of a configuration at once and touches nothing. Touch, Follow and Build fail only
// on a row that the catalog's types cannot explain or a store that cannot be read; they never give half a document.
package projections
