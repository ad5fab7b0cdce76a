import { Button, FileInput, Group, NativeSelect, Stack, Table, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { people, telephony } from "@ringdown/contract";
import { IconSearch, IconUpload } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Tag } from "../shared/tag.tsx";
import { TableFrame } from "../shared/table-frame.tsx";
import { call, urlOf } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { FormDialog, useConfirm } from "../shared/dialogs.tsx";
import { useFormats } from "../shared/format.ts";
import { Empty, Listing, Page, Panel } from "../shared/page.tsx";
import { useAction } from "../shared/refusals.tsx";
import { refuseInForm } from "../shared/use-form-refusal.ts";
import classes from "./admin.module.css";
import { isSpokenNumber } from "./core/flow-edit.ts";
import { RowActions } from "./numbers-page.tsx";

const mostBytes = 10_000_000;

/** What callers hear: uploaded and shipped. */
export function PromptsPage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["prompts"], queryFn: () => call(telephony.listPrompts) });
  const [isUploading, setUploading] = useState(false);
  const upload = isAdministrator && (
    <Button leftSection={<IconUpload size={16} />} onClick={() => setUploading(true)}>
      {t("prompts.upload")}
    </Button>
  );
  return (
    <Page title={t("nav.prompts")} hint={t("prompts.hint")} actions={upload}>
      <Stack>
        <Panel title={t("prompts.uploaded")} flush>
          <Listing
            query={query}
            items={(data) => data.prompts}
            empty={<Empty title={t("prompts.empty")} hint={t("prompts.emptyHint")} />}
          >
            {(items) => <UploadedTable items={items} canDelete={isAdministrator} />}
          </Listing>
        </Panel>
        <Panel title={t("prompts.shipped")} flush>
          <Listing
            query={query}
            items={(data) => data.shipped}
            empty={<Empty title={t("prompts.noneShipped")} />}
          >
            {(items) => <ShippedPrompts items={items} />}
          </Listing>
        </Panel>
      </Stack>
      {isUploading && <UploadDialog onClose={() => setUploading(false)} />}
    </Page>
  );
}

/** Fetched only when played. */
function Listen(props: { promptId: string; language: people.Language; name: string }) {
  const { promptId, language } = props;
  return (
    <audio
      controls
      preload="none"
      className={classes["audio"]}
      aria-label={props.name}
      src={urlOf(telephony.readPromptAudio, { params: { promptId }, query: { language } })}
    />
  );
}

function UploadedTable(props: { items: readonly telephony.PromptRecord[]; canDelete: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <TableFrame minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("people.name")}</Table.Th>
            <Table.Th>{t("caller.language")}</Table.Th>
            <Table.Th ta="right">{t("prompts.duration")}</Table.Th>
            <Table.Th>{t("prompts.added")}</Table.Th>
            <Table.Th>{t("prompts.listen")}</Table.Th>
            <Table.Th>
              <span className="rd-visually-hidden">{t("common.actions")}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.items.map((prompt) => (
            <Table.Tr key={prompt.id}>
              <Table.Td fw={600}>{prompt.name}</Table.Td>
              <Table.Td>{t(`language.${prompt.language}`)}</Table.Td>
              <Table.Td className="rd-num" ta="right">
                {formatDuration(prompt.durationMs)}
              </Table.Td>
              <Table.Td className="rd-num">{formats.moment(Date.parse(prompt.createdAt))}</Table.Td>
              <Table.Td>
                <Listen promptId={prompt.id} language={prompt.language} name={prompt.name} />
              </Table.Td>
              <Table.Td ta="right">{props.canDelete && <DeletePrompt prompt={prompt} />}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function DeletePrompt(props: { prompt: telephony.PromptRecord }) {
  const { t } = useTranslation();
  const { prompt } = props;
  const confirm = useConfirm();
  const queries = useQueryClient();
  const remove = useAction(() => call(telephony.deletePrompt, { params: { promptId: prompt.id } }), {
    onDone: () => void queries.invalidateQueries({ queryKey: ["prompts"] }),
  });
  const ask = () =>
    confirm({
      title: t("prompts.deleteTitle", { name: prompt.name }),
      sentence: t("prompts.deleteSentence"),
      action: t("common.delete"),
      run: () => remove.mutate(undefined),
    });
  return <RowActions name={prompt.name} onDelete={ask} isDeleting={remove.isPending} />;
}

interface Shipped {
  id: string;
  languages: people.Language[];
  text: string;
}

/** Spoken numbers are many and rarely looked for: they come when searched for. */
function ShippedPrompts(props: { items: readonly Shipped[] }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const shown = props.items.filter((item) =>
    wanted === ""
      ? !isSpokenNumber(item.id)
      : item.id.includes(wanted) || item.text.toLowerCase().includes(wanted),
  );
  return (
    <>
      <TextInput
        m="sm"
        aria-label={t("prompts.search")}
        placeholder={t("prompts.search")}
        leftSection={<IconSearch size={16} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {shown.length === 0 ? <Empty title={t("common.nothing")} /> : <ShippedTable items={shown} />}
      {wanted === "" && shown.length < props.items.length && (
        <Text size="xs" c="dimmed" p="sm">
          {t("prompts.numbersHidden", { count: props.items.length - shown.length })}
        </Text>
      )}
    </>
  );
}

function ShippedTable(props: { items: readonly Shipped[] }) {
  const { t } = useTranslation();
  return (
    <TableFrame minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("prompts.id")}</Table.Th>
            <Table.Th>{t("prompts.text")}</Table.Th>
            <Table.Th>{t("prompts.listen")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.items.map((prompt) => (
            <ShippedRow key={prompt.id} prompt={prompt} />
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

function ShippedRow(props: { prompt: Shipped }) {
  const { t } = useTranslation();
  const { prompt } = props;
  const [language, setLanguage] = useState(prompt.languages[0] ?? "en");
  return (
    <Table.Tr>
      <Table.Td fw={600}>{prompt.id}</Table.Td>
      <Table.Td>{prompt.text}</Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Listen key={language} promptId={prompt.id} language={language} name={prompt.id} />
          {prompt.languages.length > 1 ? (
            prompt.languages.map((one) => (
              <Button
                key={one}
                size="compact-xs"
                variant={one === language ? "light" : "subtle"}
                aria-pressed={one === language}
                onClick={() => setLanguage(one)}
              >
                {t(`language.${one}`)}
              </Button>
            ))
          ) : (
            <Tag>{t(`language.${language}`)}</Tag>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

interface UploadValues {
  file: File | null;
  name: string;
  language: people.Language;
}

function UploadDialog(props: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm<UploadValues>({
    initialValues: { file: null, name: "", language: "en" },
    validate: {
      file: (file) => {
        if (file === null) return t("prompts.fileNeeded");
        return file.size > mostBytes ? t("prompts.fileTooLarge") : null;
      },
      name: (value) => (value.trim() === "" ? t("welcome.nameNeeded") : null),
    },
  });
  const upload = useAction(
    ({ name, language, file }: UploadValues) =>
      call(telephony.uploadPrompt, { query: { name, language }, body: file }),
    {
      onDone: () => {
        void queries.invalidateQueries({ queryKey: ["prompts"] });
        props.onClose();
      },
      onRefused: refuseInForm(form),
    },
  );
  const chooseFile = (file: File | null) => {
    form.setFieldValue("file", file);
    if (file !== null && form.values.name === "")
      form.setFieldValue("name", file.name.replace(/\.wav$/i, ""));
  };
  return (
    <FormDialog
      title={t("prompts.upload")}
      opened
      onClose={props.onClose}
      onSubmit={form.onSubmit((values) => upload.mutate(values))}
      isPending={upload.isPending}
      error={upload.error}
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
