import type { ledger } from "@ringdown/contract";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { detailsOf, toneOf, wordsOf, type WordList, type Wording } from "./core/timeline.ts";
import classes from "./interactions.module.css";
import { Reason } from "./reason.tsx";

/** The ledger in words, oldest first. */
export function Timeline(props: { entries: readonly ledger.LedgerEntry[] }) {
  const wording = useWording();
  const start = props.entries[0]?.at ?? 0;
  return (
    <ol className={classes["timeline"]}>
      {props.entries.map((entry) => (
        <Entry key={entry.seq} entry={entry} start={start} wording={wording} />
      ))}
    </ol>
  );
}

function Entry(props: { entry: ledger.LedgerEntry; start: number; wording: Wording }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { event, at } = props.entry;
  const words = wordsOf(event, props.wording);
  return (
    <li
      className={classes["entry"]}
      data-testid="timeline-entry"
      data-type={event.type}
      data-tone={toneOf(event)}
    >
      <time
        className={`${classes["at"]} rd-num`}
        dateTime={new Date(at).toISOString()}
        title={formats.dateTime(at)}
      >
        +{formatDuration(at - props.start)}
      </time>
      <span className={classes["rail"]} aria-hidden />
      <div className={classes["text"]}>
        <span className={classes["sentence"]}>{t(`ledger.${event.type}`, words)}</span>
        {detailsOf(event, props.wording).map(({ key, words: filling }) => (
          <span key={key} className={classes["note"]}>
            {t(`ledgerDetail.${key}`, filling)}
          </span>
        ))}
        {event.type === "wrap-up.saved" && event.note !== "" && (
          <span className={classes["note"]}>{event.note}</span>
        )}
        {event.type === "offer.made" && <Why offer={event} />}
      </div>
    </li>
  );
}

function Why(props: { offer: Extract<ledger.LedgerEvent, { type: "offer.made" }> }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const { offer } = props;
  return (
    <div>
      <button
        type="button"
        className={classes["why"]}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {t("reason.why", { agent: useLabels().person(offer.agentId) })}
      </button>
      {isOpen && <Reason offer={offer} />}
    </div>
  );
}

function useWording(): Wording {
  const { t, i18n } = useTranslation();
  const labels = useLabels();
  return useMemo(() => {
    // Lists may grow on the server before this page knows the word: then the value itself is shown.
    const words: Record<WordList, (value: string) => string> = {
      emergencyMode: (value) => t(`emergencyMode.${value as "closed"}`),
      cause: (value) => t(`cause.${value as "system"}`),
      party: (value) => t(`party.${value as "agent"}`),
      source: (value) => t(`source.${value as "web"}`),
      outcome: (value) => t(`outcome.${value as "failed"}`),
      language: (value) => t(`language.${value as "en"}`),
      onward: (value) => t(`onward.${value as "voicemail"}`),
      recording: (value) => t(`recording.${value as "talk"}`),
    };
    return {
      caller: labels.caller,
      person: labels.person,
      queue: labels.queue,
      flow: labels.flow,
      disposition: labels.disposition,
      duration: formatDuration,
      node: (id) => id.replaceAll("-", " "),
      word: (list, value) => (i18n.exists(`${list}.${value}`) ? words[list](value) : value),
    };
  }, [labels, t, i18n]);
}
