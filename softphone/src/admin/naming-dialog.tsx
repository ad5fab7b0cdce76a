import { TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { FormDialog } from "../shared/form-dialog.tsx";

/** Makes something that needs but a name at first, and opens its page, where the rest is set. */
export function NamingDialog(props: {
  title: string;
  create: (name: string) => Promise<{ id: string }>;
  /** Whose list grows, and where the new one's page is. */
  list: "flows";
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: "" },
    validate: { name: (value) => (value.trim() === "" ? t("welcome.nameNeeded") : null) },
  });
  return (
    <FormDialog
      title={props.title}
      form={form}
      save={({ name }) => props.create(name)}
      changes={[props.list, "labels"]}
      onSaved={({ id }) => void navigate(`/admin/${props.list}/${id}`)}
      onClose={props.onClose}
    >
      <TextInput label={t("people.name")} data-autofocus {...form.getInputProps("name")} />
    </FormDialog>
  );
}
