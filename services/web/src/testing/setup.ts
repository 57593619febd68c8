import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// Mantine measures and looks for fonts; happy-dom has neither.
Object.defineProperty(document, "fonts", {
  configurable: true,
  value: { addEventListener: () => undefined, removeEventListener: () => undefined, ready: Promise.resolve() },
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  localStorage.clear();
  sessionStorage.clear();
});
