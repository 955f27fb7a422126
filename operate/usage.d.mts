/** Whether this is a checkout, whose commands run from their sources. */
interface Form {
  checkout: boolean;
}

export function usage(form: Form): string;

export function chosen(
  typed: string,
  form: Form,
): { command: { entry: string; setup: string }; problem?: never } | { command?: never; problem: string };
