import { useEffect, useState } from "react";
import { isTyping } from "@/ui/useRowKeys";

/** The key ? opens the help with the shortcuts, which is loaded when it is first wanted. */
export function useShortcutHelp() {
  const [isWanted, setWanted] = useState(false);
  const [opened, setOpened] = useState(false);
  const open = () => {
    setWanted(true);
    setOpened(true);
  };
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "?" || isTyping(event)) return;
      event.preventDefault();
      setWanted(true);
      setOpened(true);
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return { isWanted, opened, open, close: () => setOpened(false) };
}
