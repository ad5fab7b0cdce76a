import { FileInput, NativeSelect, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { people, telephony } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { FormDialog } from "../shared/form-dialog.tsx";

const mostBytes = 10_000_000;

interface Values {
  file: File | null;
  name: string;
  language: people.Language;
}

/** Adds a recorded prompt. */
export function UploadDialog(props: { onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm<Values>({
    initialValues: { file: null, name: "", language: "en" },
    validate: {
      file: (file) => {
        if (file === null) return t("prompts.fileNeeded");
        return file.size > mostBytes ? t("prompts.fileTooLarge") : null;
      },
      name: (value) => (value.trim() === "" ? t("welcome.nameNeeded") : null),
    },
  });
  const chooseFile = (file: File | null) => {
    form.setFieldValue("file", file);
    if (file !== null && form.values.name === "")
      form.setFieldValue("name", file.name.replace(/\.wav$/i, ""));
  };
  return (
    <FormDialog
      title={t("prompts.upload")}
      form={form}
      save={({ name, language, file }) =>
        call(telephony.uploadPrompt, { query: { name, language }, body: file })
      }
      changes={["prompts"]}
      onSaved={props.onClose}
      onClose={props.onClose}
      submitLabel={t("prompts.upload")}
    >
      <FileInput
        label={t("prompts.file")}
        description={t("prompts.fileHint")}
        accept="audio/wav,.wav"
        clearable
        clearButtonProps={{ "aria-label": t("prompts.clearFile") }}
        {...form.getInputProps("file")}
        onChange={chooseFile}
      />
      <TextInput label={t("people.name")} {...form.getInputProps("name")} />
      <NativeSelect
        label={t("caller.language")}
        data={people.Language.options.map((value) => ({ value, label: t(`language.${value}`) }))}
        {...form.getInputProps("language")}
      />
    </FormDialog>
  );
}
