import type { ReactNode } from "react";
import classes from "./page.module.css";

/** A word with a tone, in a table. */
export function Tag(props: { tone?: "plain" | "good" | "warn" | "bad" | "accent"; children: ReactNode }) {
  return (
    <span className={classes["tag"]} data-tone={props.tone ?? "plain"}>
      {props.children}
    </span>
  );
}
