/** How far a change reaches, from least to most. `maxReach` of the configuration is one of them. */
export const reaches = ["nothing", "reload", "handover", "firewall"] as const;
export type Reach = (typeof reaches)[number];
