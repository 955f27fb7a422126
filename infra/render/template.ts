import { Eta } from "eta";
import { template } from "../package-root.ts";

// What is rendered is no HTML: values enter as they are, and each renderer checks those that could leave their place.
const eta = new Eta({ autoEscape: false });

/** A template under `templates/`, filled in. A tag at the end of a line takes the line end with it. */
export function fill(path: string, values: object): string {
  return eta.renderString(template(path), values);
}
