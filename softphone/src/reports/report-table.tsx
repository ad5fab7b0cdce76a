import { Button, Table } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { TableFrame } from "../shared/table-frame.tsx";
import { saveCsv } from "../shared/save-file.ts";
import { toCsv } from "./core/csv.ts";

/** A column of figures: how it reads on the screen, and what goes into the CSV (milliseconds as whole seconds). */
export interface Column<Row> {
  name: string;
  shown(row: Row): ReactNode;
  raw(row: Row): string | number | null;
  isText?: boolean;
}

/** Rows of figures. */
export function ReportTable<Row>(props: {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}) {
  const { columns } = props;
  return (
    <TableFrame minWidth={1060}>
      <Table horizontalSpacing={9} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column.name} ta={column.isText === true ? "left" : "right"}>
                {column.name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {props.rows.map((row) => (
            <Table.Tr key={props.rowKey(row)}>
              {columns.map((column) => (
                <Table.Td
                  key={column.name}
                  className="rd-num"
                  style={{ whiteSpace: "nowrap" }}
                  ta={column.isText === true ? "left" : "right"}
                >
                  {column.shown(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </TableFrame>
  );
}

/** Saves the rows as a CSV file. */
export function ExportButton<Row>(props: {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  fileName: string;
}) {
  const { t } = useTranslation();
  const save = () => {
    const header = props.columns.map((column) => column.name);
    const rows = props.rows.map((row) => props.columns.map((column) => column.raw(row)));
    saveCsv(props.fileName, toCsv([header, ...rows]));
  };
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconDownload size={15} />}
      disabled={props.rows.length === 0}
      onClick={save}
    >
      {t("report.export")}
    </Button>
  );
}
