import { Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { people } from "@ringdown/contract";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { Refusal } from "../api/failure.ts";
import { RefusalAlert, useAction } from "../shared/refusals.tsx";
import { DoorFrame, Notice } from "./door-frame.tsx";
import { useSession } from "./session.tsx";

/** Username and password. */
export function SignIn(props: { wasSignedIn: boolean }) {
  const { t } = useTranslation();
  const session = useSession();
  const form = useForm({ initialValues: { username: "", password: "" } });
  const signIn = useAction((body: { username: string; password: string }) => call(people.signIn, { body }), {
    onDone: session.signedIn,
    onRefused: () => form.setFieldValue("password", ""),
  });
  useEffect(() => {
    document.title = `${t("signIn.title")} · Ringdown`;
  }, [t]);
  return (
    <DoorFrame>
      <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
        <Stack gap="md">
          <Title order={1}>{t("signIn.title")}</Title>
          {props.wasSignedIn && !signIn.isError && <Notice>{t("signIn.ended")}</Notice>}
          {signIn.isError && <SignInRefusal error={signIn.error} />}
          <TextInput
            label={t("signIn.username")}
            autoComplete="username"
            autoCapitalize="none"
            autoFocus
            required
            data-testid="sign-in-username"
            {...form.getInputProps("username")}
          />
          <PasswordInput
            label={t("signIn.password")}
            autoComplete="current-password"
            required
            data-testid="sign-in-password"
            visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword") }}
            {...form.getInputProps("password")}
          />
          <Button type="submit" loading={signIn.isPending} data-testid="sign-in-submit" fullWidth size="md">
            {t("signIn.submit")}
          </Button>
          <Text size="xs" c="dimmed">
            {t("signIn.help")}
          </Text>
        </Stack>
      </form>
    </DoorFrame>
  );
}

function SignInRefusal(props: { error: unknown }) {
  const { t } = useTranslation();
  const isWrong = props.error instanceof Refusal && props.error.code === "unauthenticated";
  if (isWrong) return <Notice bad>{t("signIn.wrong")}</Notice>;
  return <RefusalAlert error={props.error} />;
}
