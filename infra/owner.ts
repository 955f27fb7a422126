import * as pulumi from "@pulumi/pulumi";

/**
 * Whose a host is, as one word of a command line; the host keeps it (templates/scripts/owner.sh).
 *
 * @param name of the `WebSocketHost`
 * @example ownerName("geo") // "acme/geo-system/prod/geo"
 */
export function ownerName(name: string): string {
  const parts = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), name];
  return parts.map((part) => part.replace(/[^\w.-]/g, "_")).join("/");
}
