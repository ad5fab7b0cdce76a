import { NumberInput } from "@mantine/core";
import type { ReactNode } from "react";

/** A time that is kept in milliseconds and read in seconds. */
export function SecondsInput(props: {
  label: ReactNode;
  description?: ReactNode;
  value?: number;
  onChange: (ms: number) => void;
  min?: number;
  max?: number;
  error?: ReactNode;
  disabled?: boolean;
}) {
  const { value = 0, onChange, min, max, ...rest } = props;
  return (
    <NumberInput
      {...rest}
      value={value / 1_000}
      onChange={(seconds) => {
        if (typeof seconds === "number") onChange(Math.round(seconds * 1_000));
      }}
      min={(min ?? 0) / 1_000}
      {...(max !== undefined && { max: max / 1_000 })}
      clampBehavior="blur"
      suffix=" s"
      hideControls
    />
  );
}
