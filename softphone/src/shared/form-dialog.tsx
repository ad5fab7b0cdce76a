import { Button, Group, Modal, Stack } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { RefusalAlert, useAction } from "./refusals.tsx";
import { refuseInForm } from "./use-form-refusal.ts";

/**
 * A dialog with a form: title, refusal, fields, cancel and save. A refusal stands above the fields and in those that it
 * names; once saved, what was fetched under the keys `changes` is fetched anew.
 */
export function FormDialog<Values, Saved>(props: {
  title: string;
  form: UseFormReturnType<Values>;
  save: (values: Values) => Promise<Saved>;
  changes: readonly string[];
  onSaved: (saved: Saved) => void;
  onClose: () => void;
  submitLabel?: string;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const save = useAction(props.save, {
    onDone: (saved) => {
      for (const key of props.changes) void queries.invalidateQueries({ queryKey: [key] });
      props.onSaved(saved);
    },
    onRefused: refuseInForm(props.form),
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size="md"
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form onSubmit={props.form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack>
          {save.error != null && <RefusalAlert error={save.error} />}
          {props.children}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={props.onClose}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {props.submitLabel ?? t("common.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
