import { Button, Group, TextInput } from "@mantine/core";
import { flow as contract } from "@ringdown/contract";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFlow } from "../flow-fields.tsx";

/** The id, by which other steps lead here. */
export function NodeIdField(props: { id: string; onRename: (to: string) => void }) {
  const { t } = useTranslation();
  const flow = useFlow();
  const [id, setId] = useState(props.id);
  const isTaken = id !== props.id && flow.nodes[id] !== undefined;
  const error = isTaken
    ? t("flows.idTaken")
    : contract.NodeId.safeParse(id).success
      ? undefined
      : t("flows.idRule");
  return (
    <Group align="end" gap="xs">
      <TextInput
        label={t("flows.id")}
        value={id}
        error={error}
        onChange={(event) => setId(event.currentTarget.value)}
        style={{ flex: 1 }}
      />
      <Button
        variant="default"
        disabled={id === props.id || error !== undefined}
        onClick={() => props.onRename(id)}
      >
        {t("flows.rename")}
      </Button>
    </Group>
  );
}
