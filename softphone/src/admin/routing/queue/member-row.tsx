import { NumberInput, Table } from "@mantine/core";
import type { queues } from "@ringdown/contract";
import { IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { QuietButton } from "../../../shared/quiet-button.tsx";
import type { MemberColumn } from "../core/member-columns.ts";

type Membership = Omit<queues.QueueMember, "personId">;

const bounds: Record<MemberColumn, { min: number; max: number; unit?: number }> = {
  priority: { min: 0, max: 10 },
  level: { min: 1, max: 10 },
  delayMs: { min: 0, max: 3_600, unit: 1_000 },
  order: { min: 0, max: 10_000 },
  weight: { min: 0, max: 1_000 },
};

/** A person or a team in a queue. */
export function MemberRow(props: {
  name: string;
  shown: ReactNode;
  membership: Membership;
  columns: readonly MemberColumn[];
  canEdit: boolean;
  onChange: (change: Partial<Membership>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Table.Tr data-testid="queue-member">
      <Table.Td>{props.shown}</Table.Td>
      {props.columns.map((column) => (
        <Table.Td key={column}>
          <Figure
            label={`${t(`memberColumn.${column}`)}: ${props.name}`}
            value={props.membership[column]}
            {...bounds[column]}
            canEdit={props.canEdit}
            onChange={(value) => props.onChange({ [column]: value })}
          />
        </Table.Td>
      ))}
      <Table.Td ta="right">
        {props.canEdit && (
          <QuietButton
            label={t("queues.removeMember", { name: props.name })}
            icon={<IconTrash size={16} />}
            onClick={props.onRemove}
          />
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Figure(props: {
  label: string;
  value: number;
  min: number;
  max: number;
  unit?: number;
  canEdit: boolean;
  onChange: (value: number) => void;
}) {
  const { value, min, max, unit = 1 } = props;
  return (
    <NumberInput
      size="xs"
      w={76}
      aria-label={props.label}
      value={value / unit}
      min={min}
      max={max}
      readOnly={!props.canEdit}
      allowDecimal={false}
      clampBehavior="blur"
      hideControls
      {...(unit !== 1 && { suffix: " s" })}
      onChange={(next) => {
        if (typeof next === "number" && next * unit !== value && next >= min && next <= max)
          props.onChange(next * unit);
      }}
    />
  );
}
