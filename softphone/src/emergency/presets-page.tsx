import { Modal, Stack, Group, Button, Table, TextInput } from "@mantine/core";
import { emergency as contract } from "@ringdown/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ListPage } from "../admin/list-page.tsx";
import { RowActions } from "../admin/row-actions.tsx";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { RefusalAlert, useAction } from "../shared/refusals.tsx";
import { draftOf, isComplete } from "./core/switch-draft.ts";
import { MessageFields, type Message } from "./message-fields.tsx";

/** Messages that are prepared for the emergency switch. */
export function EmergencyPresetsPage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({
    queryKey: ["emergency", "presets"],
    queryFn: () => call(contract.listEmergencyPresets),
  });
  return (
    <ListPage
      title={t("nav.emergency")}
      hint={t("emergency.presetsHint")}
      {...(isAdministrator && { add: { label: t("emergency.add"), testId: "add-preset" } })}
      query={query}
      items={(data) => data.presets}
      empty={{ title: t("emergency.noPresets"), hint: t("emergency.noPresetsHint") }}
      minWidth={560}
      headings={[
        t("people.name"),
        t("emergency.mode"),
        t("emergency.waiting"),
        { name: t("common.actions"), is: "hidden" },
      ]}
      renderRow={(preset, edit) => (
        <PresetRow key={preset.id} preset={preset} canEdit={isAdministrator} onEdit={edit} />
      )}
      renderDialog={(preset, close) => <PresetDialog preset={preset} onClose={close} />}
    />
  );
}

function PresetRow(props: { preset: contract.EmergencyPreset; canEdit: boolean; onEdit: () => void }) {
  const { t } = useTranslation();
  const { preset } = props;
  return (
    <Table.Tr data-testid="preset-row">
      <Table.Td fw={600}>{preset.name}</Table.Td>
      <Table.Td>{t(`emergency.modes.${preset.mode}`)}</Table.Td>
      <Table.Td>{preset.mode === "closed" ? t(`emergency.whoWaits.${preset.waiting}`) : "–"}</Table.Td>
      <Table.Td ta="right">
        {props.canEdit && (
          <RowActions
            name={preset.name}
            onEdit={props.onEdit}
            deletion={{
              title: t("emergency.deleteTitle", { name: preset.name }),
              sentence: t("emergency.deleteSentence"),
              run: () => call(contract.deleteEmergencyPreset, { params: { presetId: preset.id } }),
              list: "emergency",
            }}
          />
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function PresetDialog(props: { preset: contract.EmergencyPreset | "new"; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { preset } = props;
  const first = draftOf(preset === "new" ? null : preset);
  const [name, setName] = useState(first.name);
  const [message, setMessage] = useState<Message>(first);
  const save = useAction(
    () => {
      const { mode, prompts, ending, waiting } = message;
      const body = { name, mode, prompts, ending, waiting };
      return preset === "new"
        ? call(contract.createEmergencyPreset, { body })
        : call(contract.updateEmergencyPreset, { params: { presetId: preset.id }, body });
    },
    {
      onDone: () => {
        void queries.invalidateQueries({ queryKey: ["emergency"] });
        props.onClose();
      },
      onRefused: () => undefined, // it stands above the fields
    },
  );
  const isWhole = isComplete({ ...first, ...message, name });
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={preset === "new" ? t("emergency.add") : preset.name}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isWhole) save.mutate(undefined);
        }}
      >
        <Stack>
          {save.error != null && <RefusalAlert error={save.error} />}
          <TextInput
            label={t("people.name")}
            value={name}
            maxLength={120}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <MessageFields value={message} onChange={setMessage} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={props.onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!isWhole}>
              {t("common.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
