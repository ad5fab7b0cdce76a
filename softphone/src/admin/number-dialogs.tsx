import { Anchor, Modal, NativeSelect, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { telephony } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { CopyField } from "../shared/dialogs.tsx";
import { FormDialog } from "../shared/form-dialog.tsx";

interface Values {
  number: string;
  label: string;
  flowId: string;
  openToWeb: boolean;
}

/** Adds or changes a number; the number itself never changes. */
export function NumberDialog(props: { number: telephony.PhoneNumber | "new"; onClose: () => void }) {
  const { t } = useTranslation();
  const { number } = props;
  const isNew = number === "new";
  const flows = useQuery({ queryKey: ["flows"], queryFn: () => call(telephony.listFlows) });
  const form = useForm<Values>({
    initialValues: isNew ? { number: "", label: "", flowId: "", openToWeb: false } : number,
    validate: {
      number: (value) =>
        telephony.DialedNumber.safeParse(value.replaceAll(/[\s()-]/g, "")).success ? null : t("numbers.rule"),
      flowId: (value) => (value === "" ? t("numbers.flowNeeded") : null),
    },
  });
  const save = (values: Values) => {
    const { label, flowId, openToWeb } = values;
    const body = { label, flowId, openToWeb };
    if (!isNew) return call(telephony.updateNumber, { params: { numberId: number.id }, body });
    return call(telephony.createNumber, {
      body: { ...body, number: values.number.replaceAll(/[\s()-]/g, "") },
    });
  };
  return (
    <FormDialog
      title={isNew ? t("numbers.add") : number.number}
      form={form}
      save={save}
      changes={["numbers"]}
      onSaved={props.onClose}
      onClose={props.onClose}
    >
      <TextInput
        label={t("numbers.number")}
        description={t("numbers.rule")}
        placeholder="+15550100"
        disabled={!isNew}
        data-autofocus
        {...form.getInputProps("number")}
      />
      <TextInput
        label={t("numbers.label")}
        description={t("numbers.labelHint")}
        {...form.getInputProps("label")}
      />
      <NativeSelect
        label={t("numbers.flow")}
        data={[
          { value: "", label: t("common.choose"), disabled: true },
          ...(flows.data?.flows ?? []).map((flow) => ({ value: flow.id, label: flow.name })),
        ]}
        {...form.getInputProps("flowId")}
      />
      <Switch
        label={t("numbers.openToWeb")}
        description={t("numbers.openToWebHint")}
        {...form.getInputProps("openToWeb", { type: "checkbox" })}
      />
    </FormDialog>
  );
}

/** How to put the caller page into another page, or link to it. */
export function EmbedDialog(props: { number: telephony.PhoneNumber | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { number } = props;
  return (
    <Modal
      opened={number !== null}
      onClose={props.onClose}
      size="lg"
      title={t("numbers.embed")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {number !== null && <EmbedSnippets number={number} />}
    </Modal>
  );
}

function EmbedSnippets(props: { number: telephony.PhoneNumber }) {
  const { t } = useTranslation();
  const url = `${window.location.origin}/call/${encodeURIComponent(props.number.number)}`;
  const title = (props.number.label || props.number.number).replaceAll('"', "&quot;");
  const frame = `<iframe src="${url}?embed=1" title="${title}"\n  allow="microphone; autoplay" width="360" height="560" style="border:0"></iframe>`;
  const isSecure = window.location.protocol === "https:";
  return (
    <Stack>
      <Text size="sm">{t("numbers.embedHint")}</Text>
      {!isSecure && (
        <Text size="sm" c="var(--rd-warn)">
          {t("numbers.embedInsecure")}
        </Text>
      )}
      <CopyField label={t("numbers.link")} value={url} />
      <CopyField label={t("numbers.frame")} value={frame} rows={3} testId="embed-snippet" />
      <Anchor href={`${url}?embed=1`} target="_blank" rel="noreferrer" size="sm">
        {t("numbers.preview")}
      </Anchor>
    </Stack>
  );
}
