import * as pulumi from "@pulumi/pulumi";

/** A line of progress in the program's own log. */
export const progress = (line: string): void => void pulumi.log.info(line);
