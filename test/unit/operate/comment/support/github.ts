import { type Request, StandIn, type Stored } from "./stand-in.ts";

/** A local stand-in of GitHub's REST API, with the repository `me/shop` and its pull request 7. */
export class GitHubStandIn extends StandIn {
  readonly me = "github-actions[bot]";

  protected answer({ method, path, body }: Request, url: URL): unknown {
    const text = String(body.body ?? "");
    const [, id] = /\/issues\/(?:comments\/)?(\d+)$/.exec(path) ?? [];
    switch (`${method} ${path.replace("/repos/me/shop", "").replace(/\d+/g, "N")}`) {
      case "GET /issues/N/comments":
        return path.includes("/7/") ? this.comments.map(shown) : undefined;
      case "POST /issues/N/comments":
        return path.includes("/7/")
          ? shown(this.add(this.comments, { body: text, author: this.me }))
          : undefined;
      case "PATCH /issues/comments/N":
        return this.change(this.comments, id, { body: text });
      case "GET /issues":
        return this.issues
          .filter(({ state }) => state !== "closed" || url.searchParams.get("state") !== "open")
          .map(shown);
      case "POST /issues":
        return shown(
          this.add(this.issues, { body: text, author: this.me, title: String(body.title), state: "open" }),
        );
      case "PATCH /issues/N":
        return this.change(this.issues, id, {
          body: text,
          ...(typeof body.state === "string" && { state: body.state }),
        });
      default:
        return undefined;
    }
  }

  private change(list: Stored[], id: string | undefined, to: Partial<Stored>): unknown {
    const found = list.find((one) => String(one.id) === id);
    return found && shown(Object.assign(found, to));
  }
}

function shown({ id, body, author, pullRequest, state, title }: Stored) {
  return {
    id,
    number: id,
    body,
    title,
    state,
    user: { login: author },
    ...(pullRequest && { pull_request: {} }),
  };
}
