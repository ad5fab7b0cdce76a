import { Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { callbacks as contract } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { FormDialog } from "../shared/form-dialog.tsx";
import { useLabels } from "../shared/labels.ts";

interface DialogProps {
  callback: contract.Callback;
  onClose: () => void;
}

/** Gives a call back up; the reason stays with it. */
export function CancelDialog({ callback, onClose }: DialogProps) {
  const { t } = useTranslation();
  const number = useLabels().caller(callback.number);
  const form = useForm({
    initialValues: { reason: "" },
    validate: { reason: (reason) => (reason.trim() === "" ? t("callbacks.reasonRule") : null) },
  });
  return (
    <FormDialog
      title={t("callbacks.cancelTitle", { number })}
      form={form}
      save={({ reason }) =>
        call(contract.cancelCallback, { params: { callbackId: callback.id }, body: { reason } })
      }
      changes={["callbacks"]}
      onSaved={onClose}
      onClose={onClose}
      submitLabel={t("callbacks.cancel")}
    >
      <Text size="sm">{t("callbacks.cancelSentence")}</Text>
      <TextInput label={t("callbacks.reason")} maxLength={500} required {...form.getInputProps("reason")} />
    </FormDialog>
  );
}

/** Another number for the same customer. */
export function NumberDialog({ callback, onClose }: DialogProps) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { number: callback.number, reason: "" },
    validate: {
      number: (number) =>
        contract.CallbackNumber.safeParse(number.trim()).success ? null : t("callbacks.numberRule"),
      reason: (reason) => (reason.trim() === "" ? t("callbacks.reasonRule") : null),
    },
  });
  return (
    <FormDialog
      title={t("callbacks.changeNumber")}
      form={form}
      save={({ number, reason }) =>
        call(contract.changeCallbackNumber, {
          params: { callbackId: callback.id },
          body: { number: number.trim(), reason },
        })
      }
      changes={["callbacks"]}
      onSaved={onClose}
      onClose={onClose}
    >
      <TextInput
        label={t("callbacks.number")}
        inputMode="tel"
        maxLength={20}
        required
        {...form.getInputProps("number")}
      />
      <TextInput label={t("callbacks.reason")} maxLength={500} required {...form.getInputProps("reason")} />
    </FormDialog>
  );
}
