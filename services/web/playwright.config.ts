import { defineConfig } from "@playwright/test";

/** Debian's Chromium; Playwright's own browsers are not downloaded. */
const executablePath = process.env.WAYBILL_CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/globalSetup.ts",
  outputDir: "test-results/browser",
  // The journeys share a shop, and two cores draw and serve.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // The name of the report is in PLAYWRIGHT_JUNIT_OUTPUT_FILE.
  reporter: process.env.PLAYWRIGHT_JUNIT_OUTPUT_FILE ? [["list"], ["junit"]] : "list",
  use: {
    launchOptions: {
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    locale: "en-GB",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
});
