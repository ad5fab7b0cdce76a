import { NumberInput, Switch, TagsInput, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CallerIdFields } from "./caller-id-fields.tsx";
import { CarrierPassword } from "./carrier-password.tsx";
import { NumberFormatFields } from "./number-format-fields.tsx";
import { Section } from "./section.tsx";
import { TransportField } from "./transport-field.tsx";
import classes from "./trunks.module.css";
import type { TrunkEditing } from "./use-trunk-form.ts";

/** Where calls out are sent, which ones, and how numbers are written there. */
export function CallsOutSection(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  const { callsOut, registers, outAsRegistered } = form.values;
  return (
    <Section title={t("trunks.section.out")}>
      <Switch
        label={t("trunks.callsOut")}
        description={t("trunks.callsOutHint")}
        {...form.getInputProps("callsOut", { type: "checkbox" })}
      />
      {callsOut && (
        <>
          {registers && (
            <Switch
              label={t("trunks.asRegistered")}
              {...form.getInputProps("outAsRegistered", { type: "checkbox" })}
            />
          )}
          {!(registers && outAsRegistered) && <Destination editing={props.editing} />}
          <Choice editing={props.editing} />
          <NumberFormatFields editing={props.editing} />
          <CallerIdFields editing={props.editing} />
          <Text size="sm" className={classes["note"] ?? ""}>
            {t("trunks.emergencyHint")}
          </Text>
        </>
      )}
    </Section>
  );
}

function Destination(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  return (
    <div className={classes["fields"]}>
      <TextInput
        label={t("trunks.outboundUri")}
        placeholder="sip:carrier.example:5060"
        {...form.getInputProps("outbound.uri")}
      />
      <TransportField form={form} field="outbound.transport" />
      <TextInput
        label={t("signIn.username")}
        description={t("trunks.outboundUsernameHint")}
        autoComplete="off"
        {...form.getInputProps("outbound.username")}
      />
      {form.values.outbound.username !== "" && (
        <CarrierPassword editing={props.editing} field="outbound.password" />
      )}
    </div>
  );
}

/** Which calls it is given, before or after other carriers. */
function Choice(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  return (
    <div className={classes["fields"]}>
      <NumberInput
        label={t("trunks.order")}
        description={t("trunks.orderHint")}
        min={0}
        max={1_000}
        allowDecimal={false}
        hideControls
        {...form.getInputProps("order")}
      />
      <TagsInput
        label={t("trunks.prefixes")}
        description={t("trunks.prefixesHint")}
        placeholder={form.values.prefixes.length === 0 ? t("trunks.allNumbers") : ""}
        acceptValueOnBlur
        splitChars={[",", " ", ";"]}
        clearButtonProps={{ "aria-label": t("trunks.clear") }}
        {...form.getInputProps("prefixes")}
      />
    </div>
  );
}
