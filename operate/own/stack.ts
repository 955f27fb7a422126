import { readdirSync } from "node:fs";
import type { Project } from "../project.ts";
import { askPulumi } from "../target/ask-pulumi.ts";
import { ownEnvironment } from "./environment.ts";

/** A stack of a program of one's own. */
export interface OwnStack {
  stack: string;
  sandbox: undefined;
  project: Project;
  environment: NodeJS.ProcessEnv;
  keyPaths: string[];
}

/**
 * The stack that is wanted, or selected.
 *
 * @throws where there is no Pulumi CLI, or no stack is selected
 */
export async function ownStack(project: Project, wanted: string | undefined): Promise<OwnStack> {
  const environment = ownEnvironment(project.folder);
  const stack = wanted ?? process.env.PULUMI_STACK ?? (await selected(project, environment));
  if (!stack) throw new Error(noneSelected(project.folder));
  return {
    ...{ stack, sandbox: undefined, project, keyPaths: [] },
    environment: { ...environment, PULUMI_STACK: stack },
  };
}

function selected(project: Project, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  return askPulumi({ project, environment }, "stack", "--show-name").then(
    (name) => name.trim() || undefined,
    () => undefined,
  );
}

function noneSelected(folder: string): string {
  const known = readdirSync(folder).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  const next = known.map((stack) => `--stack ${stack}`).join("   or: ") || "pulumi stack init NAME";
  return `no stack is selected in ${folder}\n  next: ${next}`;
}
