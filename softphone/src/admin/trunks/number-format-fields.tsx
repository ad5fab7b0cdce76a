import { NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { trunks } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { loadNumberParser } from "./core/number-parser.ts";
import { sampleNumber, writeExample } from "./core/trunk-examples.ts";
import { Example } from "./example.tsx";
import classes from "./trunks.module.css";
import type { TrunkEditing } from "./use-trunk-form.ts";

/** How numbers are written to the carrier, with one as an example. */
export function NumberFormatFields(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  return (
    <div className={classes["group"]}>
      <div className={classes["fields"]}>
        <NativeSelect
          label={t("trunks.format")}
          data={trunks.NumberRules.shape.format.options.map((value) => ({
            value,
            label: t(`trunks.formatName.${value}`),
          }))}
          {...form.getInputProps("numbers.format")}
        />
        <NumberInput
          label={t("trunks.strip")}
          min={0}
          max={15}
          allowDecimal={false}
          {...form.getInputProps("numbers.strip")}
        />
        <TextInput
          label={t("trunks.prepend")}
          placeholder={t("trunks.nothingAdded")}
          maxLength={17}
          {...form.getInputProps("numbers.add")}
        />
      </div>
      <NumberExample editing={props.editing} />
    </div>
  );
}

/** The numbering plans, once a format needs them. */
export function useNumberParser(isWanted: boolean) {
  const query = useQuery({
    queryKey: ["number-parser"],
    queryFn: loadNumberParser,
    enabled: isWanted,
    staleTime: Infinity,
  });
  return query.data ?? null;
}

function NumberExample(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { numbers, region } = props.editing.form.values;
  const parse = useNumberParser(numbers.format === "national");
  // Without a region of the trunk's own the house's counts, which the browser isn't told: Germany stands in for it.
  const shownRegion = region === "" ? "DE" : region;
  const rules = { ...numbers, strip: Number(numbers.strip) || 0 };
  const written = writeExample(sampleNumber, rules, { region: shownRegion, parse });
  return (
    <Example
      label={
        numbers.format === "national"
          ? t("trunks.exampleWithin", { region: shownRegion })
          : t("trunks.example")
      }
      lines={[`+49 30 123456 → ${written ?? "…"}`]}
    />
  );
}
