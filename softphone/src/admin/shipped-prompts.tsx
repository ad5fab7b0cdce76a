import { Button, Group, Table, Text, TextInput } from "@mantine/core";
import type { people } from "@ringdown/contract";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ListTable } from "../shared/list-table.tsx";
import { Empty } from "../shared/page.tsx";
import { Tag } from "../shared/tag.tsx";
import { isSpokenNumber } from "./core/flow-edit.ts";
import { PromptAudio } from "./prompt-audio.tsx";

interface Shipped {
  id: string;
  languages: people.Language[];
  text: string;
}

/** Spoken numbers are many and rarely looked for: they come when searched for. */
export function ShippedPrompts(props: { items: readonly Shipped[] }) {
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
    <ListTable minWidth={640} headings={[t("prompts.id"), t("prompts.text"), t("prompts.listen")]}>
      {props.items.map((prompt) => (
        <ShippedRow key={prompt.id} prompt={prompt} />
      ))}
    </ListTable>
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
          <PromptAudio key={language} promptId={prompt.id} language={language} name={prompt.id} />
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
