/** A comment or an issue, as far as its author and text matter. */
export interface Post {
  /** What its service finds it by: a comment's id, an issue's number. */
  id: number;
  body: string;
  /** Written by the account that this runs as. What others wrote is never touched, whatever it says. */
  mine: boolean;
}

/** A service that keeps a repository, its requests to change it, and its issues. */
export interface Forge {
  /** The most characters of a comment. */
  longest: number;
  /** The comments of a pull request, oldest first. */
  comments(request: number): Promise<Post[]>;
  createComment(request: number, body: string): Promise<void>;
  updateComment(request: number, id: number, body: string): Promise<void>;
  openIssues(): Promise<Post[]>;
  createIssue(title: string, body: string): Promise<void>;
  updateIssue(id: number, body: string): Promise<void>;
  /** Closes it, and lets it say how things are now. In one request: half of it, done again, would be done twice. */
  closeIssue(id: number, body: string): Promise<void>;
}

export type Outcome = "created" | "updated" | "unchanged" | "closed";

/** Keeps one comment up to date: the one that begins with the same first line as `body`, which is its marker. */
export async function keepComment(forge: Forge, request: number, body: string): Promise<Outcome> {
  const marker = markerOf(body, forge.longest);
  const found = mine(await forge.comments(request), marker);
  if (!found) await forge.createComment(request, body);
  else if (!same(found.body, body)) await forge.updateComment(request, found.id, body);
  return outcome(found, body);
}

/** Keeps one open issue as long as something is wrong, and closes it when nothing is any more. */
export async function keepIssue(
  forge: Forge,
  issue: { title: string; body: string; clean: boolean },
): Promise<Outcome> {
  const { title, body, clean } = issue;
  const found = mine(await forge.openIssues(), markerOf(body, forge.longest));
  if (clean) {
    if (found) await forge.closeIssue(found.id, body);
    return found ? "closed" : "unchanged";
  }
  if (!found) await forge.createIssue(title, body);
  else if (!same(found.body, body)) await forge.updateIssue(found.id, body);
  return outcome(found, body);
}

function markerOf(body: string, longest: number): string {
  const [first = ""] = body.split("\n");
  if (!/^<!-- geo-system .+ -->$/.test(first))
    throw new Error(
      "expected a summary, whose first line is a comment <!-- geo-system … -->, found none\n" +
        "  next: make it by npm run preview -- --markdown --output summary.md",
    );
  if (body.length > longest)
    throw new Error(
      `expected at most ${longest} characters, found ${body.length}; next: shorten what was added to the summary`,
    );
  return first;
}

function mine(posts: readonly Post[], marker: string): Post | undefined {
  return posts.find((post) => post.mine && normal(post.body).startsWith(`${marker}\n`));
}

function outcome(found: Post | undefined, body: string): Outcome {
  if (!found) return "created";
  return same(found.body, body) ? "unchanged" : "updated";
}

/** A service may keep other line ends and no blank end. */
const normal = (text: string) => `${text.replaceAll("\r\n", "\n").trimEnd()}\n`;
const same = (one: string, other: string) => normal(one) === normal(other);
