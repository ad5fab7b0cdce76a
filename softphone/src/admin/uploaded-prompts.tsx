import { Table } from "@mantine/core";
import { telephony } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { ListTable } from "../shared/list-table.tsx";
import { PromptAudio } from "./prompt-audio.tsx";
import { RowActions } from "./row-actions.tsx";

/** What was uploaded here. */
export function UploadedPrompts(props: { items: readonly telephony.PromptRecord[]; canDelete: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <ListTable
      minWidth={640}
      headings={[
        t("people.name"),
        t("caller.language"),
        { name: t("prompts.duration"), is: "right" },
        t("prompts.added"),
        t("prompts.listen"),
        { name: t("common.actions"), is: "hidden" },
      ]}
    >
      {props.items.map((prompt) => (
        <Table.Tr key={prompt.id}>
          <Table.Td fw={600}>{prompt.name}</Table.Td>
          <Table.Td>{t(`language.${prompt.language}`)}</Table.Td>
          <Table.Td className="rd-num" ta="right">
            {formatDuration(prompt.durationMs)}
          </Table.Td>
          <Table.Td className="rd-num">{formats.moment(Date.parse(prompt.createdAt))}</Table.Td>
          <Table.Td>
            <PromptAudio promptId={prompt.id} language={prompt.language} name={prompt.name} />
          </Table.Td>
          <Table.Td ta="right">
            {props.canDelete && (
              <RowActions
                name={prompt.name}
                deletion={{
                  title: t("prompts.deleteTitle", { name: prompt.name }),
                  sentence: t("prompts.deleteSentence"),
                  run: () => call(telephony.deletePrompt, { params: { promptId: prompt.id } }),
                  list: "prompts",
                }}
              />
            )}
          </Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}
