import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { emergency as contract } from "@ringdown/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { LoadingRows } from "../shared/page.tsx";
import { RefusalAlert, useAction } from "../shared/refusals.tsx";
import { draftOf, isComplete, type SwitchDraft } from "./core/switch-draft.ts";
import { useEmergencySentences } from "./emergency-words.ts";
import classes from "./emergency.module.css";
import { SwitchFields } from "./switch-fields.tsx";

/** Step one: what callers hear and whose calls. Step two: what will happen, and the button that does it. */
export function EmergencyDialog(props: { current?: contract.Emergency; onClose: () => void }) {
  const { t } = useTranslation();
  const presets = useQuery({
    queryKey: ["emergency", "presets"],
    queryFn: () => call(contract.listEmergencyPresets),
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={t("emergency.title")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {presets.isError && <RefusalAlert error={presets.error} onRetry={() => void presets.refetch()} />}
      {presets.isPending && <LoadingRows rows={5} />}
      {presets.data !== undefined && (
        <Steps
          presets={presets.data.presets}
          first={draftOf(props.current ?? presets.data.presets[0] ?? null)}
          onClose={props.onClose}
        />
      )}
    </Modal>
  );
}

function Steps(props: { presets: contract.EmergencyPreset[]; first: SwitchDraft; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(props.first);
  const [isConfirming, setConfirming] = useState(false);
  const throwSwitch = useAction(
    (emergency: SwitchDraft) => call(contract.switchEmergency, { body: { emergency } }),
    {
      onDone: () => {
        void queries.invalidateQueries({ queryKey: ["emergency"] });
        props.onClose();
      },
      onRefused: () => setConfirming(false),
    },
  );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isConfirming) throwSwitch.mutate(draft);
        else if (isComplete(draft)) setConfirming(true);
      }}
    >
      <Stack>
        {throwSwitch.error != null && <RefusalAlert error={throwSwitch.error} />}
        {isConfirming ? (
          <WhatWillHappen draft={draft} />
        ) : (
          <SwitchFields presets={props.presets} draft={draft} onChange={setDraft} />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={isConfirming ? () => setConfirming(false) : props.onClose}>
            {isConfirming ? t("emergency.back") : t("common.cancel")}
          </Button>
          {isConfirming ? (
            // A new element, so that the Enter that ended the first step can't also end the second.
            <Button
              key="on"
              type="submit"
              color="red"
              loading={throwSwitch.isPending}
              data-testid="emergency-confirm"
            >
              {t("emergency.on")}
            </Button>
          ) : (
            <Button key="next" type="submit" disabled={!isComplete(draft)} data-testid="emergency-next">
              {t("emergency.next")}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

function WhatWillHappen({ draft }: { draft: SwitchDraft }) {
  const { t } = useTranslation();
  const sentences = useEmergencySentences(draft);
  const minutes = draft.forMs === null ? null : draft.forMs / 60_000;
  return (
    <div>
      <Text fw={600} mb={8} tabIndex={-1} ref={(element) => element?.focus()}>
        {t("emergency.willHappen", { name: draft.name })}
      </Text>
      <ul className={classes["effects"]} data-testid="emergency-effects">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
        <li>{minutes === null ? t("emergency.untilOff") : t("emergency.forMinutes", { minutes })}</li>
        <li>{t("emergency.talksGoOn")}</li>
      </ul>
    </div>
  );
}
