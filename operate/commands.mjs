// The commands of `geo-system`, in the order of its help. Plain JavaScript: they are named before anything is built.
//
// entry     the program
// setup     what a checkout needs first: the npm packages, or Pulumi's CLI as well
// checkout  works in a checkout alone; the others also where the package is installed
export const commands = {
  up: {
    entry: "operate/up/main.ts",
    setup: "pulumi",
    says: "bring the host to what is configured, and prove it",
  },
  preview: { entry: "operate/preview/main.ts", setup: "pulumi", says: "show what up would do" },
  diagnose: {
    entry: "operate/diagnose/main.ts",
    setup: "packages",
    says: "name the broken hop, and the fix; --explain TEXT tells what an error message means",
  },
  status: {
    entry: "operate/status/main.ts",
    setup: "packages",
    says: "show what a host serves now",
  },
  watch: {
    entry: "operate/watch/main.ts",
    setup: "packages",
    says: "hold connections, and tell when one is lost",
  },
  logs: {
    entry: "operate/logs/main.ts",
    setup: "packages",
    says: "show nginx's and the backend's logs",
  },
  "take-over": {
    entry: "operate/take-over/main.ts",
    setup: "packages",
    says: "print the configuration of a host that was set up by hand",
  },
  rollback: { entry: "operate/rollback/main.ts", setup: "pulumi", says: "go back to an earlier release" },
  comment: {
    entry: "operate/comment/main.ts",
    setup: "pulumi",
    says: "keep a preview in a pull request up to date",
  },
  completion: {
    entry: "operate/completion/main.ts",
    setup: "packages",
    says: "print shell completion: bash, zsh or fish",
  },
  pulumi: { entry: "operate/pulumi/main.ts", setup: "pulumi", says: "run Pulumi's CLI on the chosen stack" },
  sandbox: {
    entry: "sandbox/host/cli.ts",
    setup: "packages",
    checkout: true,
    says: "a throw-away host on this machine",
  },
  bench: {
    entry: "bench/run.ts",
    setup: "pulumi",
    checkout: true,
    says: "compare with a plain script, pyinfra and Ansible on sandbox hosts",
  },
};

// The names that can be typed here.
export function namesOf({ checkout }) {
  return Object.keys(commands).filter((name) => checkout || !commands[name].checkout);
}
