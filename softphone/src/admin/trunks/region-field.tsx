import { TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { TrunkEditing } from "./use-trunk-form.ts";

/** Where numbers without a country code are from, with the country's name to check what was typed. */
export function RegionField(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  const name = useRegionName(form.values.region);
  const field = form.getInputProps("region");
  return (
    <TextInput
      label={t("trunks.region")}
      description={name ?? t("trunks.regionHint")}
      placeholder="DE"
      maxLength={2}
      maw={320}
      {...field}
      onChange={(event) => form.setFieldValue("region", event.currentTarget.value.trim().toUpperCase())}
    />
  );
}

function useRegionName(region: string): string | null {
  const { i18n } = useTranslation();
  if (!/^[A-Z]{2}$/.test(region)) return null;
  const names = new Intl.DisplayNames(i18n.language === "zh" ? "zh-CN" : "en", {
    type: "region",
    fallback: "none",
  });
  return names.of(region) ?? null;
}
