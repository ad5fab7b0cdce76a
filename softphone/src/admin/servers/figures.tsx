import type { ReactNode } from "react";
import classes from "./servers.module.css";

/** Figures under their names, in a row as wide as the screen has room. */
export function Figures(props: { children: ReactNode }) {
  return <dl className={classes["figures"]}>{props.children}</dl>;
}

export function Figure(props: { name: string; tone?: "bad"; children: ReactNode }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd className={`rd-num ${props.tone === "bad" ? classes["bad"] : ""}`}>{props.children}</dd>
    </div>
  );
}
