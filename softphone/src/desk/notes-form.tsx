import { Button, NativeSelect, Textarea } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { agentDesk } from "@ringdown/contract";
import { IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useShowRefusal } from "../shared/refusals.tsx";
import { KeyHint, useShortcuts } from "../shared/shortcuts.tsx";
import { forgetDraft, readDraft, writeDraft, type Draft } from "./draft.ts";
import classes from "./notes-form.module.css";

/** Disposition and note, typed during the call or after it, saved as one goes and kept over a reload. */
export function NotesForm(props: {
  interactionId: string;
  saved: { dispositionId: string | null; note: string } | null;
  isWrapUp: boolean;
}) {
  const { t } = useTranslation();
  const { interactionId } = props;
  const notes = useNotes(interactionId, props.saved);
  const noteField = useRef<HTMLTextAreaElement>(null);
  useShortcuts({
    n: () => noteField.current?.focus(),
    ...(props.isWrapUp ? { f: notes.finish } : {}),
  });
  return (
    <div className={classes["form"]}>
      <DispositionSelect
        value={notes.draft.dispositionId}
        choose={(dispositionId) => notes.change({ dispositionId })}
      />
      <Textarea
        ref={noteField}
        label={t("wrapUp.note")}
        placeholder={t("wrapUp.notePlaceholder")}
        autosize
        minRows={3}
        maxRows={10}
        maxLength={10_000}
        value={notes.draft.note}
        onChange={(event) => notes.change({ note: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && props.isWrapUp) notes.finish();
        }}
        data-testid="wrapup-note"
      />
      <div className={classes["foot"]}>
        <span className={classes["saved"]} aria-live="polite">
          {notes.saveState !== "none" && t(`wrapUp.saveState.${notes.saveState}`)}
        </span>
        {props.isWrapUp && (
          <Button
            leftSection={<IconCheck size={18} />}
            rightSection={<KeyHint of="F" />}
            loading={notes.isFinishing}
            onClick={notes.finish}
            data-testid="wrapup-finish"
          >
            {t("wrapUp.finish")}
          </Button>
        )}
      </div>
    </div>
  );
}

function DispositionSelect(props: { value: string | null; choose: (id: string | null) => void }) {
  const { t } = useTranslation();
  const desk = useQuery({ queryKey: ["desk"], queryFn: () => call(agentDesk.readDesk), staleTime: 60_000 });
  const choices = desk.data?.dispositions ?? [];
  return (
    <NativeSelect
      label={t("wrapUp.disposition")}
      value={props.value ?? ""}
      onChange={(event) => props.choose(event.currentTarget.value === "" ? null : event.currentTarget.value)}
      data={[
        { value: "", label: t("wrapUp.noDisposition") },
        ...choices.map((choice) => ({ value: choice.id, label: choice.label })),
      ]}
      data-testid="wrapup-disposition"
    />
  );
}

interface Notes {
  draft: Draft;
  saveState: "none" | "unsaved" | "saving" | "saved" | "failed";
  isFinishing: boolean;
  change(change: Partial<Draft>): void;
  finish(): void;
}

function useNotes(interactionId: string, saved: Draft | null): Notes {
  const show = useShowRefusal();
  const [draft, setDraft] = useState<Draft>(() => readDraft(interactionId) ?? firstDraft(saved));
  const [saveState, setSaveState] = useState<Notes["saveState"]>("none");
  const [isFinishing, setFinishing] = useState(false);
  const latest = useRef(draft);
  const save = async (finish: boolean) => {
    const body = { ...latest.current, finish };
    setSaveState("saving");
    await call(agentDesk.saveWrapUp, { params: { interactionId }, body });
    setSaveState(latest.current === draftOf(body, latest.current) ? "saved" : "unsaved");
  };
  const saveSoon = useDebouncedCallback(() => {
    save(false).catch(() => setSaveState("failed")); // kept here; the next change or finishing saves it
  }, 900);
  return {
    draft,
    saveState,
    isFinishing,
    change: (change) => {
      latest.current = { ...latest.current, ...change };
      writeDraft(interactionId, latest.current);
      setDraft(latest.current);
      setSaveState("unsaved");
      saveSoon();
    },
    finish: () => {
      if (isFinishing) return;
      setFinishing(true);
      save(true)
        .then(() => forgetDraft(interactionId), show)
        .finally(() => setFinishing(false));
    },
  };
}

function firstDraft(saved: Draft | null): Draft {
  return { dispositionId: saved?.dispositionId ?? null, note: saved?.note ?? "" };
}

/** The same object if what was sent is still what is written. */
function draftOf(sent: Draft, now: Draft): Draft | null {
  return sent.note === now.note && sent.dispositionId === now.dispositionId ? now : null;
}
