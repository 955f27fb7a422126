import { serve } from "../protocol/serve.ts";

serve({ name: "tls", version: "5.5.1", resources: {}, schema: { name: "tls", version: "5.5.1" } });
