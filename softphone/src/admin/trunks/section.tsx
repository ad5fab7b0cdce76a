import type { ReactNode } from "react";
import { Panel } from "../../shared/page.tsx";
import classes from "./trunks.module.css";

/** A panel of the form. */
export function Section(props: { title: string; children: ReactNode }) {
  return (
    <Panel title={props.title}>
      <div className={classes["section"]}>{props.children}</div>
    </Panel>
  );
}
