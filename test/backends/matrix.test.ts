import { cases } from "./cases.ts";
import { runCases } from "./run-cases.ts";

// Every kind of backend: `npm run backends`, or some of them: `… -t yarn`.
runCases("backends as they stand in their repositories", cases);
