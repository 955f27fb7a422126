import { join } from "node:path";
import { expect, test } from "vitest";
import { handshakeJsonSchema, stackJsonSchema } from "../../../infra/handshake/json-schema.ts";
import { packageRoot } from "../../../infra/package-root.ts";

// `--update` writes them.
test.each([
  ["handshake.json", handshakeJsonSchema()],
  ["stack.json", stackJsonSchema],
])("schema/%s is what the checks of the configuration say", async (file, schema) => {
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(packageRoot, "schema", file));
});
