/** What the program tells a run of ours, which says it at its end: the CLI needs half a second to tell it once more. */
export interface ToldOutputs {
  url: string;
  testUrl: string;
}

/** The variable that names the file for it. */
export const toldFile = "GEO_SYSTEM_OUTPUTS";
