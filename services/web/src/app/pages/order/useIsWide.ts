import { useMediaQuery } from "@mantine/hooks";

/** Whether the parts of an order stand in two columns; otherwise they are tabs. */
export function useIsWide(): boolean {
  return useMediaQuery("(min-width: 62em)", true, { getInitialValueInEffect: false });
}
