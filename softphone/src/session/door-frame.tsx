import type { ReactNode } from "react";
import { Brand } from "../shared/brand.tsx";
import { LanguageSwitch, SchemeSwitch } from "../shell/preferences.tsx";
import classes from "./door-frame.module.css";

/** The frame of what is shown to people who aren't signed in. */
export function DoorFrame(props: { children: ReactNode }) {
  return (
    <div className={classes["frame"]}>
      <header className={classes["head"]}>
        <Brand />
        <span className={classes["tools"]}>
          <LanguageSwitch />
          <SchemeSwitch />
        </span>
      </header>
      <main className={classes["card"]}>{props.children}</main>
    </div>
  );
}

/** A sentence that matters, in place. */
export function Notice(props: { children: ReactNode; bad?: boolean }) {
  return (
    <div
      className={classes["notice"]}
      data-bad={props.bad || undefined}
      role={props.bad ? "alert" : "status"}
    >
      {props.children}
    </div>
  );
}
