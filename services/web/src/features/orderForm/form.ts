import type { UseFormReturnType } from "@mantine/form";
import type { Values } from "./values";

/** The form, for its parts. */
export type FormHandle = UseFormReturnType<Values>;
