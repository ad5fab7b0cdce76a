import { NativeSelect, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { people } from "@ringdown/contract";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { FormDialog } from "../shared/dialogs.tsx";
import { useAction } from "../shared/refusals.tsx";
import { refuseInForm } from "../shared/use-form-refusal.ts";
import type { InvitationLink } from "./handover-dialogs.tsx";

interface Values {
  name: string;
  username: string;
  role: people.Role;
}

/** Adds a person, who gets a one-time link, or changes name and role. */
export function PersonDialog(props: {
  person: people.Person | "new";
  onClose: () => void;
  onInvited: (link: InvitationLink) => void;
}) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { person } = props;
  const isNew = person === "new";
  const form = useForm<Values>({
    initialValues: isNew
      ? { name: "", username: "", role: "agent" }
      : { name: person.name, username: person.username, role: person.role },
    validate: {
      name: (value) => (value.trim() === "" ? t("welcome.nameNeeded") : null),
      username: (value) => (people.Username.safeParse(value).success ? null : t("people.usernameRule")),
    },
  });
  const save = useAction(
    async (values: Values) => {
      if (!isNew) {
        const { name, role } = values;
        await call(people.updatePerson, { params: { personId: person.id }, body: { name, role } });
        return null;
      }
      const { invitation } = await call(people.createPerson, { body: values });
      return { ...invitation, name: values.name };
    },
    {
      onDone: (link) => {
        void queries.invalidateQueries({ queryKey: ["people"] });
        void queries.invalidateQueries({ queryKey: ["labels"] });
        props.onClose();
        if (link !== null) props.onInvited(link);
      },
      onRefused: refuseInForm(form),
    },
  );
  return (
    <FormDialog
      title={isNew ? t("people.add") : t("people.edit", { name: person.name })}
      opened
      onClose={props.onClose}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
      isPending={save.isPending}
      error={save.error}
      {...(isNew && { submitLabel: t("people.addAndInvite") })}
    >
      <TextInput
        label={t("people.name")}
        data-autofocus
        {...form.getInputProps("name")}
        data-testid="person-name"
      />
      <TextInput
        label={t("signIn.username")}
        disabled={!isNew}
        autoCapitalize="none"
        {...form.getInputProps("username")}
        data-testid="person-username"
      />
      <NativeSelect
        label={t("people.role")}
        description={t(`people.roleHint.${form.values.role}`)}
        data={people.Role.options.map((role) => ({ value: role, label: t(`role.${role}`) }))}
        {...form.getInputProps("role")}
        data-testid="person-role"
      />
    </FormDialog>
  );
}
