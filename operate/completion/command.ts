import { Argument, Command } from "commander";
import { template } from "../../infra/package-root.ts";
import { commands } from "../commands.mjs";
import { definedCommands } from "./definitions.ts";
import { completionTable } from "./table.ts";

/** The script of each shell, and how it is given the table: as one text in single quotes. */
const shells = {
  bash: { script: "completion/bash.sh", set: (text: string) => `_geo_system_table=${posix(text)}` },
  zsh: { script: "completion/zsh.zsh", set: (text: string) => `_geo_system_table=${posix(text)}` },
  fish: { script: "completion/fish.fish", set: (text: string) => `set -g __geo_system_table ${fish(text)}` },
};

const posix = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const fish = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

export const command = new Command("geo-system completion")
  .description("Prints what completes the words of `geo-system` in a shell.")
  .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(shells)))
  .addHelpText(
    "after",
    `
bash: geo-system completion bash > ~/.local/share/bash-completion/completions/geo-system
zsh:  source <(geo-system completion zsh)      in ~/.zshrc, after compinit
fish: geo-system completion fish > ~/.config/fish/completions/geo-system.fish`,
  )
  .helpOption("-h, --help", "show this help")
  .action(async (shell: keyof typeof shells) => {
    const known = await definedCommands();
    const table = completionTable(
      known.map(({ name, definition }) => ({ name, definition, says: commands[name]?.says ?? "" })),
    );
    console.log(`${shells[shell].set(table)}\n\n${template(shells[shell].script)}`);
  });
