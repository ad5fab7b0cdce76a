import { telephony, type people } from "@ringdown/contract";
import { urlOf } from "../api/client.ts";
import classes from "./admin.module.css";

/** Lets one listen to a prompt; fetched only when played. */
export function PromptAudio(props: { promptId: string; language: people.Language; name: string }) {
  const { promptId, language } = props;
  return (
    <audio
      controls
      preload="none"
      className={classes["audio"]}
      aria-label={props.name}
      src={urlOf(telephony.readPromptAudio, { params: { promptId }, query: { language } })}
    />
  );
}
