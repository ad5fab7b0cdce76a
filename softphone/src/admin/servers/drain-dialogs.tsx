import { Button, Checkbox, Group, Modal, Stack, Text } from "@mantine/core";
import { operations } from "@ringdown/contract";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.ts";
import { Refusal } from "../../api/failure.ts";
import { RefusalAlert, useAction } from "../../shared/refusals.tsx";
import { takersBeside } from "./core/drain.ts";

/** Says what a drain does before it is done; the last server that takes calls is drained only by who insists. */
export function DrainDialog(props: {
  server: operations.MediaServer;
  all: readonly operations.MediaServer[];
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { name, channels } = props.server;
  const [isForced, setForced] = useState(false);
  const drain = useChange(
    () => call(operations.drainMediaServer, { body: { name, force: isForced } }),
    props.onClose,
  );
  const takers = takersBeside(name, props.all);
  // Somebody else may have drained the other one meanwhile.
  const isLast = takers.length === 0 || (drain.error instanceof Refusal && drain.error.code === "conflict");
  return (
    <Question title={t("servers.drainTitle", { name })} onClose={props.onClose} error={drain.error}>
      <Text size="sm">
        {channels === 0 ? t("servers.drainNoCalls") : t("servers.drainCallsGoOn", { count: channels })}
      </Text>
      {isLast ? (
        <>
          <Text size="sm" c="var(--rd-bad)" fw={600}>
            {t("servers.drainLast")}
          </Text>
          <Checkbox
            label={t("servers.drainForce")}
            checked={isForced}
            onChange={(event) => setForced(event.currentTarget.checked)}
          />
        </>
      ) : (
        <Text size="sm">{t("servers.drainTakers", { names: takers.join(", ") })}</Text>
      )}
      <Text size="sm" c="dimmed">
        {t("servers.drainUntil")}
      </Text>
      <Answers
        label={t("servers.drain")}
        color={isLast ? "red" : "petrol"}
        isPending={drain.isPending}
        isDisabled={isLast && !isForced}
        onYes={() => drain.mutate(undefined)}
        onClose={props.onClose}
      />
    </Question>
  );
}

export function UndrainDialog(props: { name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const { name } = props;
  const undrain = useChange(() => call(operations.undrainMediaServer, { body: { name } }), props.onClose);
  return (
    <Question title={t("servers.undrainTitle", { name })} onClose={props.onClose} error={undrain.error}>
      <Text size="sm">{t("servers.undrainSentence")}</Text>
      <Answers
        label={t("servers.undrain")}
        color="petrol"
        isPending={undrain.isPending}
        isDisabled={false}
        onYes={() => undrain.mutate(undefined)}
        onClose={props.onClose}
      />
    </Question>
  );
}

/** The answer is the new list, which is shown at once. */
function useChange(run: () => Promise<operations.Servers>, onDone: () => void) {
  const queries = useQueryClient();
  return useAction(run, {
    onDone: (servers) => {
      queries.setQueryData(["servers"], servers);
      onDone();
    },
    onRefused: () => undefined, // shown in the dialog
  });
}

function Question(props: { title: string; error: unknown; onClose: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size="md"
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack gap="sm">
        {props.error != null && <RefusalAlert error={props.error} />}
        {props.children}
      </Stack>
    </Modal>
  );
}

function Answers(props: {
  label: string;
  color: string;
  isPending: boolean;
  isDisabled: boolean;
  onYes: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Group justify="flex-end" gap="xs">
      <Button variant="default" onClick={props.onClose}>
        {t("common.cancel")}
      </Button>
      <Button
        color={props.color}
        loading={props.isPending}
        disabled={props.isDisabled}
        onClick={props.onYes}
        data-testid="confirm-drain"
      >
        {props.label}
      </Button>
    </Group>
  );
}
