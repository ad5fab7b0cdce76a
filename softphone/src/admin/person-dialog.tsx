import { NativeSelect, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { people } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { FormDialog } from "../shared/form-dialog.tsx";
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
  const save = async (values: Values) => {
    if (!isNew) {
      const { name, role } = values;
      await call(people.updatePerson, { params: { personId: person.id }, body: { name, role } });
      return null;
    }
    const { invitation } = await call(people.createPerson, { body: values });
    return { ...invitation, name: values.name };
  };
  const finish = (link: InvitationLink | null) => {
    props.onClose();
    if (link !== null) props.onInvited(link);
  };
  return (
    <FormDialog
      title={isNew ? t("people.add") : t("people.edit", { name: person.name })}
      form={form}
      save={save}
      changes={["people", "labels"]}
      onSaved={finish}
      onClose={props.onClose}
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
