import { useEffect, useRef, useState } from "react";

/** What the customer is about to do with the order, in a form on its page. */
export type Task = "edit" | "cancel" | "ask";

/** The id of the button that opens a task. */
export function buttonOf(task: Task): string {
  return `order-${task}`;
}

/** The open task. Closing it gives the focus back to its button, or to the page if the button is gone. */
export function useTask() {
  const [task, setTask] = useState<Task | null>(null);
  const closed = useRef<Task | null>(null);
  useEffect(() => {
    if (task || !closed.current) return;
    const target = document.getElementById(buttonOf(closed.current)) ?? document.getElementById("content");
    closed.current = null;
    target?.focus();
  }, [task]);
  const close = () => {
    closed.current = task;
    setTask(null);
  };
  return { task, open: setTask, close };
}
