import { useHotkeys } from "@mantine/hooks";
import { useCallback, useState } from "react";

/** Mod+K opens and closes the palette, which is loaded when it is first wanted. */
export function usePalette() {
  const [isWanted, setWanted] = useState(false);
  const toggle = useCallback(async () => {
    const { spotlight } = await import("@mantine/spotlight");
    setWanted(true);
    spotlight.toggle();
  }, []);
  // Also while a field has the focus.
  useHotkeys([["mod+K", toggle]], []);
  return { isWanted, toggle: () => void toggle() };
}
