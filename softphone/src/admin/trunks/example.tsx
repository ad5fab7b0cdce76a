import classes from "./trunks.module.css";

/** What would be sent, as it would stand in the message. */
export function Example(props: { label: string; lines: readonly string[] }) {
  return (
    <div className={classes["example"]} role="status">
      <span>{props.label}</span>
      {props.lines.map((line) => (
        <code key={line}>{line}</code>
      ))}
    </div>
  );
}
