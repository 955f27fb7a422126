import { type Request, StandIn, type Stored } from "./stand-in.ts";

/** A local stand-in of GitLab's REST API, with project 12 and its merge request 7. */
export class GitLabStandIn extends StandIn {
  readonly me = "42";

  protected answer({ method, path, body }: Request): unknown {
    const text = String(body.body ?? body.description ?? "");
    const [, id] = /\/(\d+)$/.exec(path) ?? [];
    switch (`${method} ${path.replace("/projects/12", "").replace(/\d+/g, "N")}`) {
      case "GET /user":
        return { id: Number(this.me) };
      case "GET /merge_requests/N/notes":
        return this.comments.map(shown);
      case "POST /merge_requests/N/notes":
        return shown(this.add(this.comments, { body: text, author: this.me }));
      case "PUT /merge_requests/N/notes/N":
        return this.change(this.comments, id, { body: text });
      case "GET /issues":
        return this.issues.filter(({ state }) => state !== "closed").map(shown);
      case "POST /issues":
        return shown(this.add(this.issues, { body: text, author: this.me, title: String(body.title) }));
      case "PUT /issues/N":
        return this.change(this.issues, id, {
          body: text,
          ...(body.state_event === "close" && { state: "closed" }),
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

function shown({ id, body, author, title }: Stored) {
  return { id, iid: id, body, description: body, title, author: { id: Number(author) } };
}
