import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { groups } from "./scripts/groups.ts";

/** The gateway that `npm run dev` shows the pages of. */
const gateway = process.env.WAYBILL_GATEWAY ?? "http://127.0.0.1:8080";

const TESTS = ["src/**/*.test.{ts,tsx}"];
/** Tests that replace modules (`vi.mock`). */
const MOCKED = ["src/**/*.mocked.test.{ts,tsx}"];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  // The gateway replaces this word by a nonce in every answer.
  html: { cspNonce: "WAYBILL_CSP_NONCE" },
  build: {
    target: "es2023",
    sourcemap: false,
    // Names carry a hash of the content, so browsers keep these files for ever.
    assetsDir: "assets",
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
  server: {
    port: 5173,
    proxy: {
      "/api": gateway,
      "/health": gateway,
      "/openapi.json": gateway,
      "/socket.io": { target: gateway, ws: true },
    },
  },
  test: {
    environment: "happy-dom",
    environmentOptions: { happyDOM: { url: "http://shop.test/" } },
    setupFiles: ["src/testing/setup.ts"],
    projects: [
      // A new environment for every file would take most of the time.
      { extends: true, test: { name: "shared", include: TESTS, exclude: MOCKED, isolate: false } },
      // A replaced module stays replaced for the files that follow.
      { extends: true, test: { name: "mocked", include: MOCKED } },
    ],
  },
});
