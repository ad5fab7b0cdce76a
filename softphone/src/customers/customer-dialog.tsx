import { TagsInput, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { customers as contract } from "@ringdown/contract";
import { useTranslation } from "react-i18next";
import { Rows } from "../admin/flow-fields.tsx";
import { call } from "../api/client.ts";
import { FormDialog } from "../shared/form-dialog.tsx";

interface Values {
  name: string;
  numbers: string[];
  attributes: { key: string; value: string }[];
  note: string;
}

/** Adds or changes a customer. */
export function CustomerDialog(props: { customer: contract.Customer | "new"; onClose: () => void }) {
  const { t } = useTranslation();
  const { customer } = props;
  const form = useForm<Values>({
    initialValues: valuesOf(customer),
    validate: {
      name: (value) => (value.trim() === "" ? t("welcome.nameNeeded") : null),
      attributes: (rows) =>
        rows.every(isWhole) && new Set(rows.map(({ key }) => key)).size === rows.length
          ? null
          : t("customers.attributeRule"),
    },
  });
  const save = (values: Values) => {
    const { name, numbers, note } = values;
    const attributes = Object.fromEntries(values.attributes.map(({ key, value }) => [key, value.trim()]));
    const body = { name, numbers, note, attributes };
    return customer === "new"
      ? call(contract.createCustomer, { body })
      : call(contract.updateCustomer, { params: { customerId: customer.id }, body });
  };
  const problem = form.errors["attributes"];
  return (
    <FormDialog
      title={customer === "new" ? t("customers.add") : customer.name}
      form={form}
      save={save}
      changes={["customers"]}
      onSaved={props.onClose}
      onClose={props.onClose}
    >
      <TextInput label={t("people.name")} maxLength={120} data-autofocus {...form.getInputProps("name")} />
      <TagsInput
        label={t("customers.numbers")}
        description={t("customers.numbersHint")}
        placeholder="+15550100"
        {...form.getInputProps("numbers")}
      />
      <div>
        <Rows
          legend={t("customers.attributes")}
          items={form.values.attributes}
          make={() => ({ key: "", value: "" })}
          onChange={(attributes) => form.setFieldValue("attributes", attributes)}
        >
          {(row, change) => (
            <>
              <TextInput
                aria-label={t("customers.attributeName")}
                placeholder={t("customers.attributeName")}
                value={row.key}
                onChange={(event) => change({ ...row, key: event.currentTarget.value })}
              />
              <TextInput
                aria-label={t("customers.attributeValue")}
                placeholder={t("customers.attributeValue")}
                value={row.value}
                maxLength={200}
                onChange={(event) => change({ ...row, value: event.currentTarget.value })}
              />
            </>
          )}
        </Rows>
        {problem !== undefined && (
          <p role="alert" style={{ color: "var(--rd-bad)", fontSize: 12, margin: "4px 0 0" }}>
            {problem}
          </p>
        )}
      </div>
      <Textarea
        label={t("customers.note")}
        maxLength={2_000}
        autosize
        minRows={2}
        {...form.getInputProps("note")}
      />
    </FormDialog>
  );
}

function isWhole({ key, value }: { key: string; value: string }): boolean {
  return contract.AttributeKey.safeParse(key).success && value.trim() !== "";
}

function valuesOf(customer: contract.Customer | "new"): Values {
  if (customer === "new") return { name: "", numbers: [], attributes: [], note: "" };
  const { name, numbers, attributes, note } = customer;
  return {
    name,
    numbers,
    note,
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
  };
}
