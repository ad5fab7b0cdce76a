import { NumberInput, Switch, TagsInput, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { CarrierPassword } from "./carrier-password.tsx";
import { RegionField } from "./region-field.tsx";
import { Section } from "./section.tsx";
import { TransportField } from "./transport-field.tsx";
import classes from "./trunks.module.css";
import type { TrunkEditing } from "./use-trunk-form.ts";

/** How a call is known to come from this trunk: by address, by digest, or since we registered. */
export function CallsInSection(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  const { signsIn, registers } = form.values;
  return (
    <Section title={t("trunks.section.in")}>
      <TagsInput
        label={t("trunks.networks")}
        description={t("trunks.networksHint")}
        placeholder={form.values.networks.length === 0 ? "192.0.2.10" : ""}
        acceptValueOnBlur
        splitChars={[",", " ", ";"]}
        clearButtonProps={{ "aria-label": t("trunks.clear") }}
        {...form.getInputProps("networks")}
      />
      <Switch
        label={t("trunks.registers")}
        description={t("trunks.registersHint")}
        {...form.getInputProps("registers", { type: "checkbox" })}
      />
      {registers && <RegistrationFields editing={props.editing} />}
      <Switch
        label={t("trunks.signsIn")}
        description={t("trunks.usernameHint")}
        {...form.getInputProps("signsIn", { type: "checkbox" })}
      />
      {signsIn && (
        <div className={`${classes["fields"]} ${classes["inner"]}`}>
          <TextInput label={t("signIn.username")} autoComplete="off" {...form.getInputProps("username")} />
          <CarrierPassword editing={props.editing} field="password" hint={t("trunks.passwordShort")} />
        </div>
      )}
      <div className={classes["fields"]}>
        <RegionField editing={props.editing} />
      </div>
    </Section>
  );
}

function RegistrationFields(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  return (
    <div className={`${classes["fields"]} ${classes["inner"]}`}>
      <TextInput
        label={t("trunks.registrar")}
        placeholder="sip:carrier.example"
        {...form.getInputProps("registration.registrarUri")}
      />
      <TransportField form={form} field="registration.transport" />
      <TextInput
        label={t("signIn.username")}
        autoComplete="off"
        {...form.getInputProps("registration.username")}
      />
      <CarrierPassword editing={props.editing} field="registration.password" />
      <NumberInput
        label={t("trunks.expiry")}
        description={t("trunks.expiryHint")}
        suffix=" s"
        hideControls
        allowDecimal={false}
        {...form.getInputProps("registration.expirySeconds")}
      />
    </div>
  );
}
