export function pulumiHomeToExport(): { home: string; inPasswd: string; line: string } | undefined;
export type PluginName = "command" | "tls";

/** The checkout's own folder. */
export const root: string;

/** The versions that package.json pins: the CLI, the SDK that talks to it, and the plug-ins. */
export const pinned: { cli: string; sdk: string; plugins: Record<PluginName, string> };

/** `PULUMI_HOME`, by default `~/.pulumi`. */
export function pulumiHome(): string;

/** Where set-up keeps what is its own: its lock, its stamps, a build under way. */
export function ownFolder(): string;

/** Where the engine looks for this plug-in, in exactly the pinned version. */
export function pluginFolder(name: PluginName): string;

/** The files that must be there and executable when set-up is done. */
export function executables(): Record<"cli" | "languageHost" | PluginName, string>;
