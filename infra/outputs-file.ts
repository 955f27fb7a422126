/** What the program reports to `npm run up`, which prints it at its end: asking the CLI would take half a second more. */
export interface ProvenUrls {
  url: string;
  testUrl: string;
}

/** The variable that names the file to report to. */
export const outputsVariable = "GEO_SYSTEM_OUTPUTS";
