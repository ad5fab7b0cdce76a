import { Button, Group, Table, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { customers as contract } from "@ringdown/contract";
import { IconDownload, IconPlus, IconSearch, IconUpload } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { RowActions } from "../admin/row-actions.tsx";
import { call } from "../api/client.ts";
import { ListTable } from "../shared/list-table.tsx";
import { Empty, Page, Panel } from "../shared/page.tsx";
import { PagedListing } from "../shared/paged-listing.tsx";
import { useAction } from "../shared/refusals.tsx";
import { saveCsv } from "../shared/save-file.ts";
import { Attributes } from "./attributes.tsx";
import { customersCsv } from "./core/customers-csv.ts";
import { CustomerDialog } from "./customer-dialog.tsx";
import { ImportDialog } from "./import-dialog.tsx";

/** Who calls: found by name or number, with the attributes by which calls are routed. */
export function CustomersPage() {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [searched] = useDebouncedValue(text.trim(), 250);
  const [edited, edit] = useState<contract.Customer | "new" | null>(null);
  const [isImporting, setImporting] = useState(false);
  const query = useInfiniteQuery({
    queryKey: ["customers", "search", searched],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      call(contract.listCustomers, {
        query: {
          ...(searched !== "" && { text: searched }),
          ...(pageParam !== null && { cursor: pageParam }),
        },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
  const found = query.data?.pages.flatMap((page) => page.customers) ?? [];
  const isSearch = searched !== "";
  return (
    <Page
      title={t("nav.customers")}
      hint={t("customers.hint")}
      actions={
        <>
          <ExportButton />
          <Button
            variant="default"
            leftSection={<IconUpload size={16} />}
            onClick={() => setImporting(true)}
            data-testid="import-customers"
          >
            {t("customers.import")}
          </Button>
          <Button leftSection={<IconPlus size={16} />} onClick={() => edit("new")} data-testid="add-customer">
            {t("customers.add")}
          </Button>
        </>
      }
    >
      <TextInput
        role="searchbox"
        aria-label={t("customers.search")}
        placeholder={t("customers.search")}
        leftSection={<IconSearch size={16} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maw={360}
        mb="sm"
      />
      <Panel flush>
        <PagedListing
          query={query}
          items={found}
          empty={
            <Empty
              title={isSearch ? t("customers.noneFound") : t("customers.empty")}
              hint={isSearch ? t("customers.noneFoundHint") : t("customers.emptyHint")}
            />
          }
        >
          {(items) => <CustomerTable found={items} onEdit={edit} />}
        </PagedListing>
      </Panel>
      {edited !== null && <CustomerDialog customer={edited} onClose={() => edit(null)} />}
      {isImporting && <ImportDialog onClose={() => setImporting(false)} />}
    </Page>
  );
}

function CustomerTable(props: {
  found: readonly contract.Customer[];
  onEdit: (customer: contract.Customer) => void;
}) {
  const { t } = useTranslation();
  return (
    <ListTable
      minWidth={620}
      headings={[
        t("people.name"),
        t("customers.numbers"),
        t("customers.attributes"),
        { name: t("common.actions"), is: "hidden" },
      ]}
    >
      {props.found.map((customer) => (
        <Table.Tr key={customer.id} data-testid="customer-row">
          <Table.Td fw={600}>{customer.name}</Table.Td>
          <Table.Td className="rd-num">{customer.numbers.join(", ")}</Table.Td>
          <Table.Td>
            <Attributes attributes={customer.attributes} />
          </Table.Td>
          <Table.Td ta="right">
            <RowActions
              name={customer.name}
              onEdit={() => props.onEdit(customer)}
              deletion={{
                title: t("customers.deleteTitle", { name: customer.name }),
                sentence: t("customers.deleteSentence"),
                run: () => call(contract.deleteCustomer, { params: { customerId: customer.id } }),
                list: "customers",
              }}
            />
          </Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}

/** All customers as a file that the import takes. */
function ExportButton() {
  const { t } = useTranslation();
  const save = useAction(async () => {
    const all: contract.Customer[] = [];
    let cursor: string | null = null;
    do {
      const page: { customers: contract.Customer[]; nextCursor: string | null } = await call(
        contract.exportCustomers,
        { body: { cursor } },
      );
      all.push(...page.customers);
      cursor = page.nextCursor;
    } while (cursor !== null);
    saveCsv("customers.csv", customersCsv(all));
  });
  return (
    <Group gap={0}>
      <Button
        variant="default"
        leftSection={<IconDownload size={16} />}
        loading={save.isPending}
        onClick={() => save.mutate(undefined)}
      >
        {t("report.export")}
      </Button>
    </Group>
  );
}
