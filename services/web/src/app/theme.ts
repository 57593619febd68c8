import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

/** Blue of carbon copies, the colour of what can be acted on. White text on shade 6 and up has a contrast of at least 4.5. */
const carbon: MantineColorsTuple = [
  "#eef1fd",
  "#dae0f9",
  "#b2bff2",
  "#8899eb",
  "#6379e4",
  "#4a63da",
  "#2f4dcf",
  "#2746c7",
  "#1e38a3",
  "#152a80",
];

/** For what destroys or fails: text and outlines of shade 6 have a contrast of 4.5 on white. */
const red: MantineColorsTuple = [
  "#fdefed",
  "#fbe0dc",
  "#f2bbb3",
  "#e99286",
  "#dc6558",
  "#cd473a",
  "#b8352a",
  "#a8261c",
  "#8b1d14",
  "#6d150e",
];

/** Mantine's own dark greys look brown beside our blue ones: these are the dark tokens, from ink to sunk. */
const dark: MantineColorsTuple = [
  "#e9ebf1",
  "#c9ced9",
  "#a4adbd",
  "#737d90",
  "#465063",
  "#2e3544",
  "#222938",
  "#1a1f2a",
  "#12151d",
  "#0d1016",
];

export const theme = createTheme({
  colors: { carbon, red, dark },
  primaryColor: "carbon",
  primaryShade: { light: 7, dark: 7 },
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: "var(--wb-mono)",
  defaultRadius: "sm",
  radius: { xs: "3px", sm: "6px", md: "10px", lg: "14px", xl: "20px" },
  headings: {
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.75rem", lineHeight: "1.2" },
      h2: { fontSize: "1.25rem", lineHeight: "1.3" },
      h3: { fontSize: "1.05rem", lineHeight: "1.35" },
      h4: { fontSize: "0.95rem", lineHeight: "1.4" },
    },
  },
  spacing: { xs: "0.5rem", sm: "0.75rem", md: "1rem", lg: "1.5rem", xl: "2.25rem" },
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** Mantine's own dimmed, error and anchor colours miss a contrast of 4.5. */
export const variables: CSSVariablesResolver = () => {
  const ours = {
    "--mantine-color-body": "var(--wb-card)",
    "--mantine-color-text": "var(--wb-ink)",
    "--mantine-color-dimmed": "var(--wb-soft)",
    "--mantine-color-placeholder": "var(--wb-soft)",
    "--mantine-color-error": "var(--wb-bad)",
    "--mantine-color-anchor": "var(--wb-carbon)",
    "--mantine-color-default-border": "var(--wb-line)",
    "--input-bd": "var(--wb-strong-line)",
  };
  return { variables: {}, light: ours, dark: ours };
};
