import { ActionIcon } from "@mantine/core";
import type { ReactNode } from "react";

/** A grey icon to press, for what every row offers; `label` is its name for screen readers. */
export function QuietButton(props: {
  label: string;
  icon: ReactNode;
  onClick: () => void;
  disabled?: boolean;
  loading?: boolean;
}) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={props.label}
      onClick={props.onClick}
      disabled={props.disabled ?? false}
      loading={props.loading ?? false}
    >
      {props.icon}
    </ActionIcon>
  );
}
