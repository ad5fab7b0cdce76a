import type { agentDesk } from "@ringdown/contract";
import classes from "./state-dot.module.css";

/** The colour of what an agent is doing; always beside its name in words. */
export function StateDot(props: { state: agentDesk.AgentState; size?: number; isStill?: boolean }) {
  const size = props.size ?? 9;
  return (
    <span
      aria-hidden
      className={classes["dot"]}
      data-pulse={(props.state === "offered" && props.isStill !== true) || undefined}
      style={{ width: size, height: size, background: `var(--rd-dot-${props.state})` }}
    />
  );
}
