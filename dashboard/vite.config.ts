// How the page is built: one script and one style sheet, nothing inlined, so that the server's
// Content-Security-Policy needs no exception. Type checking is tsc's business, not Vite's.

import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "../dist/dashboard",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
});
