import { Group } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { QuietButton } from "../shared/quiet-button.tsx";
import { useDeletion, type Deletion } from "./deletion.ts";

/** Edit and delete at the end of a row. */
export function RowActions(props: { name: string; onEdit?: () => void; deletion: Deletion }) {
  const { t } = useTranslation();
  const { ask, isPending } = useDeletion(props.deletion);
  return (
    <Group gap={2} justify="flex-end" wrap="nowrap">
      {props.onEdit !== undefined && (
        <QuietButton
          label={`${t("common.edit")}: ${props.name}`}
          icon={<IconPencil size={17} />}
          onClick={props.onEdit}
        />
      )}
      <QuietButton
        label={`${t("common.delete")}: ${props.name}`}
        icon={<IconTrash size={17} />}
        onClick={ask}
        loading={isPending}
      />
    </Group>
  );
}
