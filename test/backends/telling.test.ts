import { cases } from "./cases.ts";
import { runCases } from "./run-cases.ts";

// The few that say most, in every run of the tests; the others: see matrix.test.ts.
runCases(
  "the most telling backends",
  cases.filter(({ telling }) => telling),
);
