import { Button, Group, Modal, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { people } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { Refusal } from "../api/failure.ts";
import { fieldErrors } from "../shared/core/field-errors.ts";
import { RefusalAlert, useAction } from "../shared/refusals.tsx";

/** Change one's own password; other sessions end. */
export function PasswordDialog(props: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({
    initialValues: { current: "", next: "" },
    validate: { next: (value) => (value.length < 10 ? t("welcome.passwordShort") : null) },
  });
  const close = () => {
    form.reset();
    change.reset();
    props.onClose();
  };
  const change = useAction(
    (body: { current: string; next: string }) => call(people.changePassword, { body }),
    {
      onDone: () => {
        notifications.show({ message: t("person.passwordChanged") });
        close();
      },
      onRefused: (error) => error instanceof Refusal && form.setErrors(fieldErrors(error.fields)),
    },
  );
  const toggle = { "aria-label": t("signIn.showPassword") };
  return (
    <Modal
      opened={props.opened}
      onClose={close}
      title={t("person.changePassword")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
        <Stack>
          {change.isError && <RefusalAlert error={change.error} />}
          <PasswordInput
            label={t("person.currentPassword")}
            autoComplete="current-password"
            required
            data-autofocus
            visibilityToggleButtonProps={toggle}
            {...form.getInputProps("current")}
          />
          <PasswordInput
            label={t("welcome.password")}
            description={t("welcome.passwordHint")}
            autoComplete="new-password"
            required
            visibilityToggleButtonProps={toggle}
            {...form.getInputProps("next")}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={change.isPending}>
              {t("common.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
