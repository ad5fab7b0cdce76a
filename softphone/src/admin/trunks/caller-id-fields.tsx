import { NativeSelect, TextInput } from "@mantine/core";
import { trunks } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { identityExample, writeExample } from "./core/trunk-examples.ts";
import { compact, sipAddress, type TrunkValues } from "./core/trunk-values.ts";
import { Example } from "./example.tsx";
import { useNumberParser } from "./number-format-fields.tsx";
import classes from "./trunks.module.css";
import type { TrunkEditing } from "./use-trunk-form.ts";

/** What the carrier is told of who calls, with the headers of one call as an example. */
export function CallerIdFields(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  const { show } = form.values.callerId;
  return (
    <div className={classes["group"]}>
      <div className={classes["fields"]}>
        <NativeSelect
          label={t("trunks.callerId")}
          data={trunks.CallerIdRules.shape.show.options.map((value) => ({
            value,
            label: t(`trunks.show.${value}`),
          }))}
          {...form.getInputProps("callerId.show")}
        />
        <TextInput
          label={t("trunks.ownNumber")}
          description={
            show === "fixed" || show === "ours" ? t("trunks.ownNumberNeeded") : t("trunks.ownNumberHint")
          }
          placeholder="+4930123456"
          inputMode="tel"
          {...form.getInputProps("callerId.number")}
        />
        <NativeSelect
          label={t("trunks.identity")}
          data={trunks.CallerIdRules.shape.identity.options.map((value) => ({
            value,
            label: t(`trunks.identityName.${value}`),
          }))}
          {...form.getInputProps("callerId.identity")}
        />
      </div>
      <IdentityExample values={form.values} />
    </div>
  );
}

function IdentityExample({ values }: { values: TrunkValues }) {
  const { t } = useTranslation();
  const { numbers, callerId, region } = values;
  const parse = useNumberParser(numbers.format === "national");
  const rules = { format: numbers.format, strip: 0, add: "" };
  const place = { region: region === "" ? "DE" : region, parse };
  const lines = identityExample(
    { ...callerId, number: compact(callerId.number) },
    hostOf(values),
    (number) => writeExample(number, rules, place) ?? "…",
  );
  return <Example label={t("trunks.exampleCaller")} lines={lines} />;
}

function hostOf(values: TrunkValues): string {
  const isShared = values.outAsRegistered && values.registers;
  const uri = sipAddress(isShared ? values.registration.registrarUri : values.outbound.uri);
  const host = uri.replace(/^sip:/, "").replace(/:\d+$/, "");
  return host === "" ? "carrier.example" : host;
}
