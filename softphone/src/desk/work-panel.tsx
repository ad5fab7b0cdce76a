import type { agentDesk } from "@ringdown/contract";
import { CallerFacts, EarlierCalls } from "./caller-facts.tsx";
import { CallHead } from "./call-head.tsx";
import classes from "./desk.module.css";
import { NotesForm } from "./notes-form.tsx";
import { WrapUpHead } from "./wrap-up-head.tsx";

/** A caller from the answer to the end of the wrap-up: the note goes on being typed while the head changes. */
export function WorkPanel(props: {
  card: agentDesk.CallCard;
  call: agentDesk.Desk["call"];
  wrapUp: agentDesk.Desk["wrapUp"];
}) {
  const { card, call, wrapUp } = props;
  return (
    <section className={classes["hero"]} data-testid={call === null ? "wrapup-card" : "call-card"}>
      {call !== null && <CallHead call={call} />}
      {wrapUp !== null && <WrapUpHead wrapUp={wrapUp} />}
      <NotesForm interactionId={card.interactionId} saved={wrapUp} isWrapUp={wrapUp !== null} />
      <div className={classes["columns"]}>
        <CallerFacts card={card} />
        <EarlierCalls card={card} />
      </div>
    </section>
  );
}
