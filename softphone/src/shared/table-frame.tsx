import { useEffect, useRef, useState, type ReactNode } from "react";
import classes from "./page.module.css";

/** Lets a table scroll sideways on a narrow screen; then the keyboard reaches it too. */
export function TableFrame(props: { minWidth: number; children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  const [isScrollable, setScrollable] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setScrollable(element.scrollWidth > element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={frame} className={classes["tableFrame"]} {...(isScrollable && { tabIndex: 0 })}>
      <div style={{ minWidth: props.minWidth }}>{props.children}</div>
    </div>
  );
}
