import { type RefObject, useEffect, useEffectEvent, useState } from "react";

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;

/** Whether a key or a paste is meant for a field. */
const inField = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest("input, textarea, [contenteditable]") !== null;

/**
 * Takes files that are dropped on an element, or pasted anywhere but in a field. A drop beside it does nothing: the browser would leave
 * the page. Returns whether files are held above the element.
 */
export function useDroppedFiles(area: RefObject<HTMLElement | null>, onFiles: (files: File[]) => void): boolean {
  const [over, setOver] = useState(false);
  const take = useEffectEvent((files: FileList | undefined) => {
    if (files && files.length > 0) onFiles([...files]);
  });
  useEffect(() => {
    const inside = (event: DragEvent) => event.target instanceof Node && area.current?.contains(event.target) === true;
    const drag = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = inside(event) ? "copy" : "none";
      setOver(inside(event));
    };
    const leave = (event: DragEvent) => {
      // Without a target, the files have left the window.
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (inside(event)) take(event.dataTransfer?.files);
    };
    const paste = (event: ClipboardEvent) => {
      if (!inField(event.target)) take(event.clipboardData?.files);
    };
    document.addEventListener("dragover", drag);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("dragover", drag);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
      document.removeEventListener("paste", paste);
    };
  }, [area]);
  return over;
}
