import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import { forwardRef } from "react";

const AnchorBase = forwardRef<HTMLAnchorElement, AnchorProps & React.ComponentProps<"a">>((props, ref) => (
  <Anchor ref={ref} {...props} />
));

const ButtonBase = forwardRef<HTMLAnchorElement, ButtonProps & Omit<React.ComponentProps<"a">, "color">>(
  (props, ref) => <Button component="a" ref={ref} {...props} />,
);

/** Links with typed routes, parameters and search. */
export const TextLink = createLink(AnchorBase);
export const ButtonLink = createLink(ButtonBase);
