import { NativeSelect } from "@mantine/core";
import { trunks } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import type { TrunkForm } from "./use-trunk-form.ts";

export function TransportField(props: {
  form: TrunkForm;
  field: "registration.transport" | "outbound.transport";
}) {
  const { t } = useTranslation();
  return (
    <NativeSelect
      label={t("trunks.transport")}
      data={trunks.TrunkTransport.options.map((value) => ({ value, label: value.toUpperCase() }))}
      {...props.form.getInputProps(props.field)}
    />
  );
}
