// Pulumi's language host loads a plug-in by `require`, which cannot load an ES module before Node 22, and calls it.
const start = () => import("../dist/provider.js");

module.exports = start;
if (require.main === module) start();
