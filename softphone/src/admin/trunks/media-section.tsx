import { Alert, NativeSelect } from "@mantine/core";
import { trunks } from "@ringdown/contract";
import { IconLockOpen } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { CodecList } from "./codec-list.tsx";
import { isEncryptionReadable } from "./core/trunk-problems.ts";
import { Section } from "./section.tsx";
import classes from "./trunks.module.css";
import type { TrunkEditing } from "./use-trunk-form.ts";

/** Codecs, encryption, and who makes the offer. */
export function MediaSection(props: { editing: TrunkEditing }) {
  const { t } = useTranslation();
  const { form } = props.editing;
  return (
    <Section title={t("trunks.section.media")}>
      <CodecList codecs={form.values.codecs} onChange={(codecs) => form.setFieldValue("codecs", codecs)} />
      <div className={classes["fields"]}>
        <NativeSelect
          label={t("trunks.encryption")}
          description={t(`trunks.encryptionHint.${form.values.encryption}`)}
          data={trunks.TrunkEncryption.options.map((value) => ({
            value,
            label: t(`trunks.encryptionName.${value}`),
          }))}
          {...form.getInputProps("encryption")}
        />
        {form.values.callsOut && (
          <NativeSelect
            label={t("trunks.offer")}
            description={t(`trunks.offerHint.${form.values.offer}`)}
            data={trunks.TrunkOffer.options.map((value) => ({
              value,
              label: t(`trunks.offerName.${value}`),
            }))}
            {...form.getInputProps("offer")}
          />
        )}
      </div>
      {isEncryptionReadable(form.values) && (
        <Alert
          color="yellow"
          variant="light"
          icon={<IconLockOpen size={18} />}
          title={t("trunks.readableKeys")}
          className={classes["warning"] ?? ""}
        >
          {t("trunks.readableKeysHint")}
        </Alert>
      )}
    </Section>
  );
}
