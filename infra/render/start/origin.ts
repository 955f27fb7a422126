import { pulumiLine } from "../../pulumi-command.ts";

/** Where it is written how a backend starts. */
export interface Origin {
  /** The key of the configuration that leads there. */
  key: "backendSource" | "backendStart";
  /** As a person calls it: `package.json, scripts.start`. */
  place: string;
}

export const placeOfScript = (name: string): Origin => ({
  key: "backendSource",
  place: `package.json, scripts.${name}`,
});

export const placeOfFile = (file: string): Origin => ({ key: "backendSource", place: file });

/** The setting that says it in the place of the repository, with an example. */
export const override = (example = "node FILE") => pulumiLine(`config set backendStart "${example}"`);

/** What cannot be honoured, by name, and what to do. */
export function unusable({ key, place }: Origin, why: string, next = override()): Error {
  return new Error(`${key}: ${place === key ? "" : `${place}: `}${why}; next: ${next}`);
}
