/** How a message of the program begins, by what it says: `operate/preview` reads them out of `pulumi preview --json`. */
export const labels = {
  /** The host is not as it was left; unified diffs may follow after a blank line. */
  drift: "drift: ",
  /** What serves on a host that this package has not set up yet; a unified diff may follow after a blank line. */
  found: "found: ",
  /** The table of all hosts of a fleet. */
  fleet: "fleet: ",
  /** Whom a change disturbs. */
  reach: "reach: ",
  /** The host did not answer: the preview says what the state knows. */
  unverified: "unverified: ",
  /** `up` would not do this; an error. */
  refused: "refused: ",
  /** Something was checked beforehand; a warning where it needs attention. */
  check: "check: ",
  /** The command line that starts the backend. */
  starts: "starts: ",
} as const;
