import { NumberInput, PasswordInput, Switch, TagsInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { trunks } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { FormDialog } from "../shared/form-dialog.tsx";

interface Values {
  name: string;
  enabled: boolean;
  networks: string[];
  username: string;
  password: string;
  maximumCalls: number;
  outboundUri: string;
}

/** Adds or changes a trunk; an empty password keeps the one that is there. */
export function TrunkDialog(props: { trunk: trunks.Trunk | "new"; onClose: () => void }) {
  const { t } = useTranslation();
  const { trunk } = props;
  const isNew = trunk === "new";
  const form = useForm<Values>({
    initialValues: isNew
      ? {
          name: "",
          enabled: true,
          networks: [],
          username: "",
          password: "",
          maximumCalls: 0,
          outboundUri: "",
        }
      : {
          name: trunk.name,
          enabled: trunk.enabled,
          networks: trunk.networks,
          username: trunk.username ?? "",
          password: "",
          maximumCalls: trunk.maximumCalls,
          outboundUri: trunk.outbound?.uri ?? "",
        },
    validate: {
      name: (value) => (value.trim() === "" ? t("welcome.nameNeeded") : null),
      networks: (value, values) => {
        if (value.some((one) => !trunks.Network.safeParse(one).success)) return t("trunks.networkRule");
        const isKnownOtherwise = !isNew && trunk.registration !== null;
        return value.length === 0 && values.username === "" && !isKnownOtherwise ? t("trunks.someWay") : null;
      },
      password: (value, values) => {
        const isNeeded = values.username !== "" && (isNew || !trunk.hasPassword);
        if (value === "") return isNeeded ? t("trunks.passwordNeeded") : null;
        return value.length < 12 ? t("trunks.passwordShort") : null;
      },
    },
  });
  const save = async (values: Values) => {
    const body = toBody(values, isNew ? null : trunk);
    if (isNew) await call(trunks.createTrunk, { body });
    else await call(trunks.updateTrunk, { params: { trunkId: trunk.id }, body });
  };
  return (
    <FormDialog
      title={isNew ? t("trunks.add") : trunk.name}
      form={form}
      save={save}
      changes={["trunks"]}
      onSaved={props.onClose}
      onClose={props.onClose}
    >
      <TextInput label={t("people.name")} data-autofocus {...form.getInputProps("name")} />
      <Switch label={t("trunks.enabled")} {...form.getInputProps("enabled", { type: "checkbox" })} />
      <TagsInput
        label={t("trunks.networks")}
        description={t("trunks.networksHint")}
        placeholder="192.0.2.10"
        {...form.getInputProps("networks")}
      />
      <TextInput
        label={t("signIn.username")}
        description={t("trunks.usernameHint")}
        autoComplete="off"
        {...form.getInputProps("username")}
      />
      {form.values.username !== "" && (
        <PasswordInput
          label={t("signIn.password")}
          description={!isNew && trunk.hasPassword ? t("trunks.passwordKept") : t("trunks.passwordShort")}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": t("signIn.showPassword") }}
          {...form.getInputProps("password")}
        />
      )}
      <NumberInput
        label={t("trunks.maximumCalls")}
        description={t("trunks.maximumCallsHint")}
        min={0}
        max={100_000}
        {...form.getInputProps("maximumCalls")}
      />
      <TextInput
        label={t("trunks.outboundUri")}
        description={t("trunks.outboundUriHint")}
        placeholder="sip:carrier.example:5060"
        {...form.getInputProps("outboundUri")}
      />
    </FormDialog>
  );
}

function toBody(values: Values, trunk: trunks.Trunk | null) {
  const { name, enabled, networks, maximumCalls } = values;
  const uri = values.outboundUri.trim();
  const isKept = uri === (trunk?.outbound?.uri ?? "");
  const outbound = uri === "" ? null : { uri };
  const common = { name, enabled, networks, maximumCalls, ...(isKept ? {} : { outbound }) };
  if (values.username === "") return { ...common, username: null, password: null };
  return {
    ...common,
    username: values.username,
    ...(values.password !== "" && { password: values.password }),
  };
}
