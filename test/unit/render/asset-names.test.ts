import { expect, it } from "vitest";
import { hashedAmong } from "../../../infra/render/asset-names.ts";

/* Names as the bundlers themselves gave them. */

it.each([
  ["Vite", ["assets/index-DiwrgTda.js", "assets/index-n_ryQ3BS.css", "assets/react-CHdo91hT.svg"]],
  [
    "webpack",
    ["static/js/main.3b5f9c1d.js", "static/js/787.5c4f1a2b.chunk.js", "static/css/main.f855e6bc.css.map"],
  ],
  ["Angular and esbuild", ["main-5QIXR4GX.js", "styles-2LKVG7ZS.css"]],
  ["Next.js", ["_next/static/chunks/4bd1b696-182b6b13bdad92e3.js", "_next/static/css/de70bee13400563f.css"]],
  ["SvelteKit", ["_app/immutable/entry/start.Cv8gmTk2.js"]],
  ["Parcel", ["index.8d2fb4a1.js"]],
])("names of %s are known to hold a hash", (_, names) => {
  expect([...hashedAmong([...names, "index.html", "favicon.ico"])]).toEqual(names);
});

it.each([
  ["pages", ["index.html", "news.3b5f9c1d.html"]],
  ["files without a hash", ["app.js", "favicon.ico", "robots.txt", "app-manifest.json"]],
  ["dates and numbers", ["report-20261128.pdf", "photo-IMG00001.jpg", "chart-Q3_final.png"]],
  ["words of eight letters", ["js/app-document.js", "js/jquery-slimmest.js", "js/App-MyWidget.js"]],
  ["one that looks like it among others", ["js/app-V2_final.js", "js/vendor.js"]],
])("%s are asked for each time", (_, names) => {
  expect([...hashedAmong(names)]).toEqual([]);
});
