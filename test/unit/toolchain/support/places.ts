import { pinned } from "../../../../sandbox/toolchain/first/places.mjs";

/** Relative to a home. */
export const bin = `.pulumi/versions/${pinned.cli}/bin`;
export const plugins = {
  command: `.pulumi/plugins/resource-command-v${pinned.plugins.command}`,
  tls: `.pulumi/plugins/resource-tls-v${pinned.plugins.tls}`,
};
