import { Alert, PasswordInput } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { passwordsKept } from "./core/trunk-problems.ts";
import type { TrunkEditing } from "./use-trunk-form.ts";

/** A password goes in and is never shown; where one is stored, an empty field keeps it. */
export function CarrierPassword(props: {
  editing: TrunkEditing;
  field: "password" | "registration.password" | "outbound.password";
  hint?: string;
}) {
  const { t } = useTranslation();
  const { form, trunk } = props.editing;
  const isKept = passwordsKept(form.values, trunk)[props.field];
  return (
    <PasswordInput
      label={t("signIn.password")}
      description={isKept ? t("trunks.passwordKept") : props.hint}
      placeholder={isKept ? "••••••••" : ""}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword"), tabIndex: 0 }}
      {...form.getInputProps(props.field)}
    />
  );
}

/** The key of the stored passwords is another one: nothing of it works until they are typed again. */
export function PasswordLost() {
  const { t } = useTranslation();
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconKey size={18} />}
      title={t("trunks.needsPassword")}
      role="alert"
    >
      {t("trunks.needsPasswordHint")}
    </Alert>
  );
}
