import { Button, PasswordInput, Progress, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { people } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { call } from "../api/client.ts";
import { Refusal } from "../api/failure.ts";
import { fieldErrors } from "../shared/core/field-errors.ts";
import { RefusalAlert, useAction } from "../shared/refusals.tsx";
import { DoorFrame, Notice } from "./door-frame.tsx";
import { useSession } from "./session.tsx";

type Invitation = Awaited<ReturnType<typeof readInvitation>>;
const readInvitation = (token: string) => call(people.readInvitation, { params: { token } });

/** A one-time link: the first administrator names themselves, everyone else chooses a password. */
export function Welcome() {
  const { t } = useTranslation();
  const { token = "" } = useParams();
  const invitation = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => readInvitation(token),
    retry: false,
    staleTime: Infinity,
  });
  return (
    <DoorFrame>
      {invitation.isPending && <Skeleton height={180} />}
      {invitation.isError && (
        <InvitationRefusal error={invitation.error} retry={() => void invitation.refetch()} />
      )}
      {invitation.data !== undefined && <WelcomeForm token={token} invitation={invitation.data} />}
      {invitation.isError && (
        <Text size="sm" mt="md">
          <Link to="/">{t("welcome.toSignIn")}</Link>
        </Text>
      )}
    </DoorFrame>
  );
}

function InvitationRefusal(props: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const code = props.error instanceof Refusal ? props.error.code : "unexpected";
  if (code === "not-found" || code === "gone" || code === "bad-request") {
    return (
      <Stack gap="sm">
        <Title order={1}>{t("welcome.usedTitle")}</Title>
        <Notice bad>{t("welcome.used")}</Notice>
      </Stack>
    );
  }
  return <RefusalAlert error={props.error} onRetry={props.retry} />;
}

function WelcomeForm(props: { token: string; invitation: Invitation }) {
  const { t } = useTranslation();
  const { invitation, token } = props;
  const isFirst = invitation.kind === "first-administrator";
  const session = useSession();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: {
      name: invitation.name ?? "",
      username: invitation.username ?? "",
      password: "",
      repeat: "",
    },
    validate: {
      name: (value) => (isFirst && value.trim() === "" ? t("welcome.nameNeeded") : null),
      username: (value) => (isFirst ? messageOf(people.Username.safeParse(value)) : null),
      password: (value) => (value.length < 10 ? t("welcome.passwordShort") : null),
      repeat: (value, values) => (value === values.password ? null : t("welcome.passwordsDiffer")),
    },
    validateInputOnBlur: true,
  });
  const accept = useAction(
    (values: typeof form.values) => {
      const { name, username, password } = values;
      const body = isFirst ? { name, username, password } : { password };
      return call(people.acceptInvitation, { params: { token }, body });
    },
    {
      onDone: (me) => {
        session.signedIn(me);
        void navigate("/", { replace: true });
      },
      onRefused: (error) => error instanceof Refusal && form.setErrors(fieldErrors(error.fields)),
    },
  );
  return (
    <form onSubmit={form.onSubmit((values) => accept.mutate(values))} noValidate>
      <Stack gap="md">
        <div>
          <Title order={1}>
            {isFirst ? t("welcome.firstTitle") : t("welcome.title", { name: invitation.name ?? "" })}
          </Title>
          <Text size="sm" c="dimmed" mt={4}>
            {isFirst
              ? t("welcome.firstHint")
              : t("welcome.hint", {
                  username: invitation.username ?? "",
                  role: t(`role.${invitation.role}`),
                })}
          </Text>
        </div>
        {accept.isError && <RefusalAlert error={accept.error} />}
        {isFirst && (
          <>
            <TextInput
              label={t("welcome.name")}
              autoComplete="name"
              autoFocus
              data-testid="welcome-name"
              {...form.getInputProps("name")}
            />
            <TextInput
              label={t("signIn.username")}
              autoComplete="username"
              autoCapitalize="none"
              data-testid="welcome-username"
              {...form.getInputProps("username")}
            />
          </>
        )}
        {!isFirst && (
          <input type="hidden" autoComplete="username" value={invitation.username ?? ""} readOnly />
        )}
        <div>
          <PasswordInput
            label={t("welcome.password")}
            description={t("welcome.passwordHint")}
            autoComplete="new-password"
            data-testid="welcome-password"
            visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword") }}
            {...form.getInputProps("password")}
          />
          <Progress
            value={Math.min(100, form.values.password.length * 6)}
            color={form.values.password.length < 10 ? "red" : "green"}
            size={3}
            mt={6}
            aria-hidden
          />
        </div>
        <PasswordInput
          label={t("welcome.repeat")}
          autoComplete="new-password"
          data-testid="welcome-repeat"
          visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword") }}
          {...form.getInputProps("repeat")}
        />
        <Button type="submit" size="md" fullWidth loading={accept.isPending} data-testid="welcome-submit">
          {isFirst ? t("welcome.firstSubmit") : t("welcome.submit")}
        </Button>
      </Stack>
    </form>
  );
}

function messageOf(parsed: { success: boolean; error?: { issues: { message: string }[] } }): string | null {
  return parsed.success ? null : (parsed.error?.issues[0]?.message ?? null);
}
