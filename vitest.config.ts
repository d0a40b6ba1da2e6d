// Two suites: `unit` runs from the sources, `e2e` drives the built program from outside, one file at a time.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "dashboard/src/**/*.test.ts",
            "test/**/*.test.ts",
            "examples/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
          exclude: ["test/e2e/**", "**/node_modules/**"],
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          // By this name @sparticuz/chromium unpacks the libraries and fonts that it brings along, and uses
          // them: so the browser runs on a machine that has neither, and looks the same on all.
          env: { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" },
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
