import { NumberInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { TargetSelect } from "../flow-fields.tsx";

/** Where most kinds of node go on. */
export function NextSelect(props: { value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  return <TargetSelect label={t("flows.next")} {...props} />;
}

/** A number; while it can't be read as one, the node keeps the last that could. */
export function NumberField(props: {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  suffix?: string;
}) {
  const { onChange, ...rest } = props;
  return <NumberInput {...rest} onChange={(value) => typeof value === "number" && onChange(value)} />;
}

export function TextField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  description?: string;
  error?: string | false;
  maxLength?: number;
}) {
  const { onChange, ...rest } = props;
  return <TextInput {...rest} onChange={(event) => onChange(event.currentTarget.value)} />;
}
