import classes from "./Message.module.css";
import { textParts } from "./textParts";

/** The text of a message, with its web addresses as links. */
export function MessageText({ text }: { text: string }) {
  return (
    <span className={classes.text}>
      {textParts(text).map((part) =>
        part.href ? (
          <a key={part.at} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </span>
  );
}
