import { Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { routing } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { parseSkillValues, suggestKey, writeSkillValues } from "./core/skill-values.ts";
import { newId, putThing } from "./core/routing-edit.ts";
import { useRouting } from "./routing-context.tsx";

/** Adds a skill or changes its name and values; the key stays once the skill is published. */
export function SkillDialog(props: { skill: routing.Skill | "new"; onClose: () => void }) {
  const { t } = useTranslation();
  const { skill } = props;
  const { document, loaded, edit } = useRouting();
  const isNew = skill === "new";
  const isKeyFixed = !isNew && loaded.document.skills.some(({ id }) => id === skill.id);
  const others = document.skills.filter((one) => isNew || one.id !== skill.id);
  const form = useForm({
    initialValues: isNew
      ? { name: "", key: "", values: "" }
      : { name: skill.name, key: skill.key, values: writeSkillValues(skill.values) },
    validate: {
      name: (name) => (name.trim() === "" ? t("welcome.nameNeeded") : null),
      key: (key) => {
        if (!routing.SkillKey.safeParse(key).success) return t("skills.keyRule");
        return others.some((one) => one.key === key) ? t("skills.keyTaken") : null;
      },
      values: (values) => (parseSkillValues(values) === null ? t("skills.valuesRule") : null),
    },
  });
  const save = ({ name, key, values }: typeof form.values) => {
    const id = isNew ? newId() : skill.id;
    const next = { id, key, name: name.trim(), values: parseSkillValues(values) ?? [] };
    edit((before) => putThing(before, "skills", next));
    return Promise.resolve(next);
  };
  const name = form.getInputProps("name");
  return (
    <FormDialog
      title={isNew ? t("skills.add") : t("people.edit", { name: skill.name })}
      form={form}
      save={save}
      changes={[]}
      onSaved={props.onClose}
      onClose={props.onClose}
    >
      <TextInput
        label={t("people.name")}
        data-autofocus
        maxLength={120}
        {...name}
        onChange={(event) => {
          const text = event.currentTarget.value;
          const isOurs = form.values.key === suggestKey(form.values.name);
          form.setFieldValue("name", text);
          if (isNew && isOurs) form.setFieldValue("key", suggestKey(text));
        }}
      />
      <TextInput
        label={t("skills.key")}
        description={isKeyFixed ? t("skills.keyFixed") : t("skills.keyHint")}
        readOnly={isKeyFixed}
        autoCapitalize="none"
        {...form.getInputProps("key")}
      />
      <Textarea
        label={t("skills.values")}
        description={t("skills.valuesHint")}
        placeholder={"zh Chinese\nen English"}
        autosize
        minRows={2}
        maxRows={10}
        {...form.getInputProps("values")}
      />
    </FormDialog>
  );
}
